import type { Id } from "../../protocol/values.ts"
import { fetched, findFile, StorageFailed, type FileRecord } from "../files/files.ts"
import { RetryLater } from "../jobs/jobs.ts"
import { write, type Writing } from "../sync/sync.ts"
import type { ChannelNeeds } from "./jobs.ts"
import { findSource } from "./source.ts"
import type { Inbound } from "./webhook.ts"

/** Seconds until our own disk or object storage is tried again, for as long as it takes. */
const STORAGE_PAUSE = 60

/** Files of a message that is being written: their rows appear with it, their bytes are fetched after the commit. */
export async function expectMedia(
  writing: Writing,
  o: { workspaceId: Id; sourceId: Id; entryId: Id; files: Inbound["message"]["files"] },
): Promise<void> {
  const { workspaceId, sourceId, entryId } = o
  for (const file of o.files) {
    await fetched.expectFile(writing.tx, { workspaceId, sourceId, entryId, ...file, at: writing.at })
    await writing.enqueue({ name: "fetch-media", payload: { entryId, fileId: file.id } })
  }
}

/** Fetches one file from its provider. What can never succeed, or did not for long enough, is shown as failed. */
export async function fetchMedia(
  needs: ChannelNeeds,
  o: { workspaceId: Id; fileId: Id; lastAttempt: boolean },
): Promise<void> {
  const { sync, adapters, store } = needs
  const { workspaceId, fileId } = o
  const file = await findFile(sync.db, workspaceId, fileId)
  if (file === undefined || file.state !== "waiting" || file.remote === null || file.sourceId === null) return
  const source = await findSource(sync.db, file.sourceId)
  const adapter = source && adapters.get(source.channel)
  if (source === undefined || adapter === undefined || !("mediaAccess" in adapter)) return
  const outcome = await fetched
    .storeRemote(store, {
      file,
      remote: file.remote,
      access: adapter.mediaAccess(source),
    })
    .catch((error: unknown) => {
      if (error instanceof StorageFailed) {
        sync.log.error({ err: error, file: fileId }, "a file waits for our own storage")
        throw new RetryLater(STORAGE_PAUSE, error.message)
      }
      if (o.lastAttempt) return { refused: String(error) }
      throw error
    })
  const isRefused = "refused" in outcome
  if (isRefused) sync.log.warn({ why: outcome.refused, file: fileId }, "a file could not be fetched")
  await mark(needs, file, isRefused ? undefined : outcome)
}

/** Nobody fetches it any more, and agents see that. */
export async function giveUpMedia(needs: ChannelNeeds, workspaceId: Id, fileId: Id): Promise<void> {
  const file = await findFile(needs.sync.db, workspaceId, fileId)
  if (file?.state === "waiting") await mark(needs, file, undefined)
}

async function mark(
  { sync, entryChanged }: ChannelNeeds,
  { workspaceId, id, entryId }: FileRecord,
  stored: Parameters<typeof fetched.markFile>[3],
): Promise<void> {
  await write(sync, { workspaceId }, async (writing) => {
    await fetched.markFile(writing.tx, workspaceId, id, stored)
    if (entryId !== null) await entryChanged(writing, workspaceId, entryId)
    return {}
  })
}
