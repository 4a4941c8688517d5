import { sql } from "kysely"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { erasing, merging } from "../customers/customers.ts"
import type { Tx } from "../db/db.ts"
import { uploads } from "../files/files.ts"
import { putOff } from "../jobs/jobs.ts"
import { dropLabels } from "../labels/labels.ts"
import { retention, type Sync } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "../team/team.ts"
import { accessConversation, command, maySee } from "./act.ts"
import { audienceOf, hold } from "./hold.ts"
import { draftersOf, inTurn, lockMerges, tell } from "./merge.ts"

/**
 * A customer as if he had never written: his conversation with all that anybody wrote in it, its files, and everything
 * known of him, whoever was merged into him included. Nothing brings it back but an older backup. Whoever writes from one
 * of his addresses afterwards is somebody new. Refuses `not-allowed` (admins only) and `not-found`.
 */
export async function eraseCustomer(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  { id }: { id: Id },
): Promise<{ number: number }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const asked = { id, name: `erase the customer of ${conversationId}` }
  const erase = () =>
    command(sync, agent, asked, async (writing) => {
      const { tx } = writing
      await lockMerges(tx, workspaceId)
      const { customerId } = await accessConversation(tx, agent, conversationId)
      await merging.holdAddresses(tx, workspaceId, [customerId])
      const [held] = await hold(writing, workspaceId, { ids: [conversationId] })
      if (held === undefined || !maySee(held, agent)) throw refuse("not-found")
      const audience = audienceOf(held)
      const drafting = await draftersOf(tx, workspaceId, [conversationId])
      const merged = await dropMerges(tx, workspaceId, conversationId)
      const entries = await dropEntries(tx, workspaceId, conversationId)
      for (const table of ["notices", "marks", "stars", "drafts"])
        await sql`
          delete from ${sql.table(table)}
           where workspace_id = ${workspaceId} and conversation_id = ${conversationId}`.execute(tx)
      await sql`delete from conversations where workspace_id = ${workspaceId} and id = ${conversationId}`.execute(
        tx,
      )
      const goneIds = merged.map((one) => one.customerId)
      const addresses = await erasing.erase(tx, workspaceId, { customerId, goneIds })
      const addressIds = addresses.map((one) => one.id)
      const conversationIds = [conversationId, ...merged.map((one) => one.conversationId)]
      await retention.forgetAnswers(tx, workspaceId, conversationIds)
      const to = addresses.flatMap(({ mailTo }) => mailTo ?? [])
      await putOff.dropMails(tx, { workspaceId, to, about: conversationIds })
      await writing.enqueue({ name: "forget-told", payload: { conversationIds } })
      await writing.enqueue({ name: "forget-previews", payload: {} })
      for (const entryId of entries) writing.changed("entry", entryId, audience)
      tell(writing, { conversationId, audience, drafting, customers: { addressIds } })
      return {}
    })
  return inTurn(workspaceId, erase)
}

type Merged = { conversationId: Id; customerId: Id }

/** Also of those that were merged into what was merged later. */
async function dropMerges(tx: Tx, workspaceId: Id, conversationId: Id): Promise<Merged[]> {
  const { rows } = await sql<Merged>`
    with recursive gone as (
      select id, merged_id, kept from merges
       where workspace_id = ${workspaceId} and conversation_id = ${conversationId}
      union all
      select m.id, m.merged_id, m.kept from gone
        join merges m on m.workspace_id = ${workspaceId} and m.conversation_id = gone.merged_id
    )
    delete from merges using gone
     where merges.workspace_id = ${workspaceId} and merges.id = gone.id
    returning gone.merged_id as "conversationId", gone.kept #>> '{customers,otherId}' as "customerId"`.execute(
    tx,
  )
  return rows
}

/** Words for the search go with their entries. */
async function dropEntries(tx: Tx, workspaceId: Id, conversationId: Id): Promise<Id[]> {
  const { rows } = await sql<{ id: Id; fileIds: Id[] }>`
    delete from entries where workspace_id = ${workspaceId} and conversation_id = ${conversationId}
    returning id, file_ids as "fileIds"`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await dropLabels(tx, workspaceId, ids)
  await uploads.discard(
    tx,
    workspaceId,
    rows.flatMap(({ fileIds }) => fileIds),
  )
  return ids
}
