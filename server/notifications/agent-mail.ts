/** Suggestions that an agent has not read and, unless he sits at his desk, mentions: mailed to him. */
import { sql } from "kysely"
import { findLanguage } from "../../protocol/languages.ts"
import { isWanted } from "../../protocol/notifications.ts"
import type { Id } from "../../protocol/values.ts"
import type { Config } from "../config/config.ts"
import { loaderOf } from "../conversations/conversations.ts"
import { stamp, type Tx } from "../db/db.ts"
import type { Handlers } from "../jobs/jobs.ts"
import { write, type Sync } from "../sync/sync.ts"
import { findReader } from "../team/team.ts"
import { agentMail } from "./agent-mail-texts.ts"
import { mailsFrom } from "./mail.ts"
import { whatIsTold, whoColumns, type Told, type Who } from "./told.ts"

type Payload = { agentId: Id; conversationId: Id; what: "offer" | "mention" }
type Recipient = Who & { email: string; isPresent: boolean; language: string | null }

/** Milliseconds after which is looked at again whether who sat at his desk has read it, or has gone. */
const AGAIN_AFTER = 5 * 60_000
/** Milliseconds; what was unread for so long at the desk is no news. */
const DAY = 24 * 60 * 60_000

/** `runAt` in milliseconds since 1970. */
export function mailAgentJob(payload: Payload, runAt: number) {
  const { agentId, conversationId, what } = payload
  return {
    name: "mail-agent" as const,
    payload,
    key: `mail-agent:${agentId}:${conversationId}:${what}`,
    runAt: stamp(new Date(runAt)),
    isOnce: true,
  }
}

/** The handler of `mail-agent`. */
export function agentMailJobs({ sync, config }: { sync: Sync; config: Config }): Handlers {
  const url = mailsFrom(config)
  return {
    "mail-agent": async (payload, { workspaceId }) => {
      if (url !== undefined) await mailAgent(sync, { workspaceId, url, payload })
    },
  }
}

async function mailAgent(
  sync: Sync,
  { workspaceId, url, payload }: { workspaceId: Id; url: string; payload: Payload },
): Promise<void> {
  await write(sync, { workspaceId }, async ({ tx, at, enqueue }) => {
    const now = new Date(Date.parse(at))
    const who = await findRecipient(tx, workspaceId, payload.agentId)
    if (who === undefined || !who.preference.mails || !who.preference.kinds[payload.what]) return {}
    const unread = await findUnread(tx, workspaceId, { who, payload })
    if (unread === undefined) return {}
    // Whoever is available has a desk open somewhere, and a suggestion does not wait until he is back there.
    const isAway = payload.what === "offer" || !who.isPresent
    const language = findLanguage([who.language ?? ""]) ?? "en"
    if (isAway && isWanted(who.preference, payload.what, now))
      await enqueue({
        name: "send-mail",
        payload: { to: who.email, ...agentMail(language, unread.told, url) },
      })
    else if (now.getTime() - unread.since < DAY)
      await enqueue(mailAgentJob(payload, now.getTime() + AGAIN_AFTER))
    return {}
  })
}

async function findRecipient(tx: Tx, workspaceId: Id, agentId: Id): Promise<Recipient | undefined> {
  const { rows } = await sql<Recipient>`
    select ${whoColumns}, a.email, a.is_present as "isPresent", a.language from agents a
     where a.workspace_id = ${workspaceId} and a.id = ${agentId} and a.disabled_at is null`.execute(tx)
  return rows[0]
}

/** `since` in milliseconds since 1970. */
async function findUnread(
  tx: Tx,
  workspaceId: Id,
  { who, payload: { conversationId, what } }: { who: Who; payload: Payload },
): Promise<{ told: Told; since: number } | undefined> {
  const reader = await findReader(tx, workspaceId, who.agentId)
  if (reader === undefined) return undefined
  const loaded = await loaderOf("conversation").load(tx, workspaceId, [conversationId], [reader])
  const row = loaded.get(who.agentId)?.get(conversationId)
  const told = row?.kind === "conversation" ? await whatIsTold(tx, { who, reader, row, what }) : undefined
  const { rows } = await sql<{ since: string }>`
    select n.at as since from notices n
     where n.workspace_id = ${workspaceId} and n.conversation_id = ${conversationId} and n.agent_id = ${who.agentId}
       and n.what = ${what === "offer" ? "offered" : "mention"} and not n.is_done
       and n.at > coalesce((select m.read_up_to from marks m
                             where m.workspace_id = n.workspace_id and m.conversation_id = n.conversation_id
                               and m.agent_id = n.agent_id), '-infinity')
     order by n.at limit 1`.execute(tx)
  const [first] = rows
  return told && first && { told, since: Date.parse(first.since) }
}
