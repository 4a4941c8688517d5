/** The document of the API (OpenAPI 3.1), made of the very schemas by which requests and answers are parsed. */
import type { SwaggerOptions } from "@fastify/swagger"
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod"
import { z } from "zod"
import { labelColor } from "../../protocol/labels.ts"
import { refusalBody } from "../../protocol/refusals.ts"
import * as rows from "../../protocol/rows.ts"
import { page } from "../../protocol/stream.ts"
import { channel, id, inboxKey, role, stamp } from "../../protocol/values.ts"
import { TAGS } from "./described.ts"

/** Schemas that have a name of their own in the document; what is sent is named with "Input" behind it. */
const schemaRegistry = z.registry<{ id: string; description?: string }>()
const named: Record<string, [schema: z.ZodType, description?: string]> = {
  Id: [id, "A UUID. Whoever makes something makes its id: UUIDv7 is best."],
  Moment: [stamp, "UTC with microseconds, such as 2026-11-23T09:30:00.000000Z."],
  InboxKey: [inboxKey, "me, mentions, unassigned, starred, all, or team: and a team’s id."],
  Channel: [channel],
  Role: [role],
  LabelColor: [labelColor],
  Page: [page, "Rows as they were at one moment, `asOf`."],
  Row: [rows.row],
  Workspace: [rows.workspaceRow],
  Agent: [rows.agentRow],
  Team: [rows.teamRow],
  Source: [rows.sourceRow],
  Label: [rows.labelRow],
  Reply: [rows.replyRow],
  Self: [rows.selfRow],
  Conversation: [rows.conversationRow],
  Entry: [rows.entryRow],
  Refusal: [refusalBody, "Why nothing was done: a code for programs, and words."],
}
for (const [name, [schema, description]] of Object.entries(named))
  schemaRegistry.add(schema, { id: name, ...(description && { description }) })

const complete = createJsonSchemaTransformObject({ schemaRegistry })

export const openapi: SwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "Parley",
      version: "1",
      description: `What the desk does, any program can do: it uses the same requests. Each carries an API key, made in
Settings, and acts for the agent who made it.

Every request that changes something carries an id made by its sender: to repeat it, after an answer was lost, is safe
and answers the same. What is refused is answered with a status of 4xx and a Refusal.`,
    },
    tags: TAGS.map((name) => ({ name })),
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key, made in Settings." },
        session: { type: "apiKey", in: "cookie", name: "parley.session_token" },
      },
    },
  },
  transform: createJsonSchemaTransform({ schemaRegistry }),
  transformObject(document) {
    const made = complete(document)
    const refused = {
      description: "Nothing was done.",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
    }
    for (const methods of Object.values(made.paths ?? {}))
      for (const operation of Object.values(methods ?? {})) {
        if (typeof operation !== "object" || operation === null || !("responses" in operation)) continue
        const [ok] = Object.values(operation.responses ?? {})
        if (ok !== undefined && "description" in ok) ok.description = "It is done."
        Object.assign(operation.responses ?? {}, { "4XX": refused })
      }
    return made
  },
}

/** How a request may show who it speaks for; nothing for those whom anybody may ask. */
export function securityOf(who: "anyone" | "agent" | "session"): { security: Record<string, string[]>[] } {
  const session = { session: [] }
  return { security: who === "anyone" ? [] : who === "session" ? [session] : [{ key: [] }, session] }
}
