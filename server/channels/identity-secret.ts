import { createHash, randomBytes } from "node:crypto"
import type { z } from "zod"
import type { workspaceCommands } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import type { Db } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import { requireAdmin, type Agent } from "../team/team.ts"
import { findSource, updateSource } from "./source.ts"
import { prove, type Proof, type Proven, type Unproven } from "./web-chat/identity.ts"

type Body = z.output<typeof workspaceCommands.changeIdentitySecret.body>

/**
 * Makes the secret with which a website's server signs who its visitors are; the one before it is good, too, until it is
 * ended, so that pages go on working while the website goes over. It is answered this once: a repeated command finds the
 * first one's mark, and has no secret to give. Refuses `not-allowed` and `not-found`.
 */
export async function changeIdentitySecret(
  sync: Sync,
  agent: Agent,
  sourceId: Id,
  { id, change }: Body,
): Promise<{ number: number; secret: string | null }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const secret = randomBytes(32).toString("base64url")
  const command = { actor: `agent:${agent.agentId}`, id, name: `change-identity-secret ${sourceId}` }
  const { mark, number } = await write(sync, { workspaceId, command }, async (writing) => {
    const source = await findSource(writing.tx, sourceId, { forUpdate: true })
    if (source?.workspaceId !== workspaceId || source.settings.channel !== "web-chat")
      throw refuse("not-found")
    const { identity: known, earlierIdentity: _earlier, ...others } = source.secrets
    const isMade = change === "make"
    const latest = isMade ? secret : known
    const earlier = isMade ? known : undefined
    const madeAt = isMade ? writing.at : source.settings.identity?.madeAt
    await updateSource(writing.tx, {
      ...source,
      secrets: {
        ...others,
        ...(latest !== undefined && { identity: latest }),
        ...(earlier !== undefined && { earlierIdentity: earlier }),
      },
      settings: {
        ...source.settings,
        identity: madeAt === undefined ? null : { madeAt, hasEarlier: earlier !== undefined },
      },
    })
    writing.changed("source", sourceId, ["workspace"])
    return { mark: isMade ? markOf(secret) : null }
  })
  return { number, secret: mark === markOf(secret) ? secret : null }
}

function markOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url").slice(0, 12)
}

/** Who the visitor of a website is, by its word; or why that proves nothing. */
export async function proveVisitor(
  db: Db,
  sourceId: Id,
  { proof, now }: { proof: Proof; now: Date },
): Promise<Proven | Unproven> {
  const source = await findSource(db, sourceId)
  const { identity, earlierIdentity } = source?.secrets ?? {}
  const secrets = [identity, earlierIdentity].filter((secret) => secret !== undefined)
  return prove(proof, { secrets, sourceId, now })
}
