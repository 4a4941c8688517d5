import { sql } from "kysely"
import type { z } from "zod"
import type { workspaceCommands } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { findSource, type Adapters } from "../channels/channels.ts"
import { claimAddresses, findAddress, placeOfNumber, showNumber } from "../customers/customers.ts"
import { newId } from "../db/db.ts"
import type { Sync, Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { command, maySee } from "./act.ts"
import { sendAnswer, takenBy } from "./answer.ts"
import { hold, save, type Held } from "./hold.ts"

type Start = z.output<typeof workspaceCommands.startConversation.body>

/**
 * Writes to a phone number first: the conversation of whoever has it, made where nobody ever wrote from there, becomes
 * the author's. A number whose conversation he may not see is refused like one that takes no messages
 * (`address-closed`): that somebody writes to it is not told. Refuses `conversation-taken` where a colleague has it.
 */
export async function startConversation(
  needs: { sync: Sync; adapters: Adapters },
  agent: Agent,
  body: Start,
): Promise<{ number: number; conversationId: Id }> {
  const { workspaceId, agentId, keys } = agent
  return command(needs.sync, agent, { id: body.id, name: `start with ${body.to}` }, async (writing) => {
    const { tx, at } = writing
    const source = await findSource(tx, body.sourceId)
    const isMine =
      source?.workspaceId === workspaceId && (keys.has("admins") || keys.has(`team:${source.teamId}`))
    if (source?.settings.channel !== "sms" || !isMine) throw refuse("not-found")
    if (source.settings.number === body.to) throw refuse("address-closed")
    const claim = {
      sourceId: source.id,
      channel: source.channel,
      value: body.to,
      display: showNumber(body.to),
      profile: placeOfNumber(body.to),
    }
    const [claimed] = await claimAddresses(tx, { workspaceId, at }, [claim])
    if (claimed === undefined) throw new Error("An address was not claimed.")
    const held = await holdOrMake(writing, {
      workspaceId,
      customerId: claimed.customerId,
      teamId: source.teamId,
    })
    if (!maySee(held, agent)) throw refuse("address-closed")
    const address = await findAddress(tx, workspaceId, claimed.addressId)
    if (address === undefined) throw new Error("A claimed address is gone.")
    if (address.optedOutAt !== null) throw refuse("opted-out")
    const { now } = held
    if (now.closedAt === null && now.assigneeId !== null && now.assigneeId !== agentId)
      throw await takenBy(tx, workspaceId, now.assigneeId)
    // Until he writes himself, answers go to where he was written to.
    now.lastAddressId ??= address.id
    now.lastSourceId ??= source.id
    await sendAnswer(writing, { held, adapters: needs.adapters, agentId, address, body })
    await save(writing, [held])
    return { conversationId: now.id }
  })
}

/** Under its lock; of two agents who write to a new number at once the second finds the first one's. */
async function holdOrMake(
  writing: Writing,
  { workspaceId, customerId, teamId }: { workspaceId: Id; customerId: Id; teamId: Id },
): Promise<Held> {
  const { tx, at } = writing
  await sql`
    insert into conversations (workspace_id, id, customer_id, team_id, last_at, updated_at, created_at)
    values (${workspaceId}, ${newId()}, ${customerId}, ${teamId}, ${at}, ${at}, ${at})
    on conflict (workspace_id, customer_id) do nothing`.execute(tx)
  const [held] = await hold(writing, workspaceId, { customerIds: [customerId] })
  if (held === undefined) throw new Error("A customer has no conversation.")
  return held
}
