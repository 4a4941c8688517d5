import { Readable } from "node:stream"
import { z } from "zod"
import { conversationCommands, mergePreview } from "../../protocol/conversation-commands.ts"
import {
  customerHistory,
  customersAnswer,
  customersQuery,
  fieldNamesAnswer,
  importAnswer,
  importBody,
} from "../../protocol/customers.ts"
import { page } from "../../protocol/stream.ts"
import { id } from "../../protocol/values.ts"
import { acts } from "../conversations/conversations.ts"
import { notes } from "../customers/customers.ts"
import type { Sync } from "../sync/sync.ts"
import { describe } from "./described.ts"
import { securityOf } from "./openapi.ts"
import { serve, type App } from "./route.ts"

/** What is known of customers and noted about them. One is reached through his conversation: who sees it sees him. */
export function customerRoutes(app: App, { sync }: { sync: Sync }): void {
  const { renameCustomer, setField, remark, block, eraseCustomer, merge, unmerge } = conversationCommands
  serve(app, renameCustomer, async ({ agent, params, body }) =>
    acts.renameCustomer(sync, agent, params.conversationId, body),
  )
  serve(app, setField, async ({ agent, params, body }) =>
    acts.setField(sync, agent, params.conversationId, body),
  )
  serve(app, remark, async ({ agent, params, body }) => acts.remark(sync, agent, params, body))
  serve(app, block, async ({ agent, params, body }) => acts.block(sync, agent, params.conversationId, body))
  serve(app, eraseCustomer, async ({ agent, params, body }) =>
    acts.eraseCustomer(sync, agent, params.conversationId, body),
  )
  serve(app, merge, async ({ agent, params, body }) => acts.merge(sync, agent, params.conversationId, body))
  serve(app, unmerge, async ({ agent, params, body }) => acts.unmerge(sync, agent, params, body))
  const preview = {
    method: "GET",
    path: "/conversations/:conversationId/merges/preview",
    query: z.object({ otherId: id }),
    answer: mergePreview,
  } as const
  serve(app, preview, async ({ agent, params, query }) =>
    acts.previewMerge(sync, agent, params.conversationId, query.otherId),
  )

  const customer = {
    method: "GET",
    path: "/conversations/:conversationId/customer",
    answer: page,
  } as const
  serve(app, customer, async ({ agent, params }) => acts.getCustomer(sync, agent, params.conversationId))
  const history = {
    method: "GET",
    path: "/conversations/:conversationId/customer/history",
    answer: customerHistory,
  } as const
  serve(app, history, async ({ agent, params }) =>
    acts.getCustomerHistory(sync, agent, params.conversationId),
  )
  const customers = {
    method: "GET",
    path: "/customers",
    query: customersQuery,
    answer: customersAnswer,
  } as const
  serve(app, customers, async ({ agent, query }) => acts.listCustomers(sync, agent, query))
  const importing = {
    method: "POST",
    path: "/customers/import",
    body: importBody,
    answer: importAnswer,
  } as const
  serve(app, importing, async ({ agent, body }) => acts.importCustomers(sync, agent, body))
  const schema = { ...describe("GET", "/customers/export"), ...securityOf("agent") }
  app.get("/api/v1/customers/export", { schema }, async (request, reply) => {
    const lines = acts.exportCustomers(sync, await app.accessAgent(request))
    return reply
      .header("content-type", "text/csv; charset=utf-8")
      .header("content-disposition", 'attachment; filename="customers.csv"')
      .send(Readable.from(lines))
  })
  const fieldNames = { method: "GET", path: "/customers/fields", answer: fieldNamesAnswer } as const
  serve(app, fieldNames, async ({ agent }) => ({
    names: await notes.readFieldNames(sync.db, agent.workspaceId),
  }))
}
