import { conversationCommands } from "../../protocol/conversation-commands.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { newId } from "../../desk/replica/act.ts"
import { ask, RefusalError } from "../../desk/replica/ask.ts"
import type { Replica } from "../../desk/replica/open.ts"
import { getTimeline } from "../../desk/replica/pages.ts"
import type { Random } from "./random.ts"

type Rows = readonly ConversationRow[]

/** An agent finds that two are one person. Everybody sees everything of a website's customers, and so what they become. */
export async function mergeCustomers({ server }: Replica, rows: Rows, random: Random): Promise<boolean> {
  const ofWebsites = rows.filter(({ addresses }) => addresses.every(({ channel }) => channel === "web-chat"))
  if (ofWebsites.length < 2) return false
  const row = random.pick(ofWebsites)
  const other = random.pick(ofWebsites.filter(({ id }) => id !== row.id))
  const { method, answer } = conversationCommands.merge
  const body = { id: newId(), otherId: other.id }
  return isTaken(ask(server, { method, path: `/conversations/${row.id}/merges`, body, answer }))
}

/** The last merge of one, as its timeline shows it. */
export async function undoMerge({ server, memory }: Replica, rows: Rows, random: Random): Promise<boolean> {
  const merges = rows.flatMap(({ id }) => {
    const merged = getTimeline(memory, id).entries.findLast(
      ({ body }) => body.type === "event" && body.event.what === "merged",
    )
    return merged ? [{ id, mergeId: merged.id }] : []
  })
  if (merges.length === 0) return false
  const { id, mergeId } = random.pick(merges)
  const { method, answer } = conversationCommands.unmerge
  const path = `/conversations/${id}/merges/${mergeId}/undo`
  return isTaken(ask(server, { method, path, body: { id: newId() }, answer }))
}

/** Colleagues merge, undo and answer meanwhile, and the server may be anywhere: a no is no failure. */
async function isTaken(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked
    return true
  } catch (error) {
    if (error instanceof RefusalError) return false
    throw error
  }
}
