import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { stamp } from "../db/db.ts"
import type { FileStore } from "../files/files.ts"
import { enqueue, type Handlers } from "../jobs/jobs.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import type { Adapters } from "./adapters.ts"
import { fetchKey } from "./change.ts"
import { FetchRefused, type ProviderAdapter, type SourceRecord } from "./contract.ts"
import { fetchMedia, giveUpMedia } from "./media.ts"
import { findSource, updateSource } from "./source.ts"
import { deliveryOf, inboundOf, type Delivery, type Inbound } from "./webhook.ts"

/** What stands to the right of us and the jobs need. */
export type ChannelNeeds = {
  sync: Sync
  adapters: Adapters
  store: FileStore
  receive(inbound: Inbound[]): Promise<unknown>
  recordDelivery(delivery: Delivery): Promise<unknown>
  /** Notes in the transaction that an entry looks different now, for all who see it. */
  entryChanged(writing: Writing, workspaceId: Id, entryId: Id): Promise<void>
}

export function channelJobs(needs: ChannelNeeds): Handlers {
  return {
    "fetch-missed": {
      run: ({ sourceId }) => lookForMissed(needs, sourceId),
      giveUp: ({ sourceId }, { workspaceId }) => lookAgain(needs, { id: sourceId, workspaceId }),
    },
    "fetch-media": {
      run: ({ fileId }, { workspaceId, lastAttempt }) =>
        fetchMedia(needs, { workspaceId, fileId, lastAttempt }),
      giveUp: ({ fileId }, { workspaceId }) => giveUpMedia(needs, workspaceId, fileId),
    },
  }
}

const minute = 60_000
const lookEvery = minute
/** A provider may list a message a little later than its own time says. */
const overlap = 15 * minute
const longestSpan = 24 * 60 * minute
const batchSize = 50

/**
 * The provider tells each message once, by a webhook; what it told while we could not listen is asked for here. The
 * next look is put down before anything else, so that no failure ends the chain, and after a downtime it is due.
 */
async function lookForMissed(needs: ChannelNeeds, sourceId: Id): Promise<void> {
  const { db, clock } = needs.sync
  const source = await findSource(db, sourceId)
  const adapter = source && needs.adapters.get(source.channel)
  if (source === undefined || adapter === undefined || !("fetchMissed" in adapter)) return
  const now = clock.now()
  await lookAgain(needs, source)
  try {
    await takeMissed(needs, { source, adapter, now })
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error
    needs.sync.log.warn({ source: sourceId, reason: error.reason }, "a provider let us fetch nothing")
    return noteProblem(needs.sync, source, error.reason)
  }
  await noteProblem(needs.sync, source, null)
}

async function lookAgain(
  { sync }: ChannelNeeds,
  { id, workspaceId }: Pick<SourceRecord, "id" | "workspaceId">,
): Promise<void> {
  await enqueue(sync.db, {
    name: "fetch-missed",
    workspaceId,
    payload: { sourceId: id },
    key: fetchKey(id),
    runAt: stamp(new Date(sync.clock.now().getTime() + lookEvery)),
  })
}

/** What cannot be taken holds up nothing that can; but the mark stays before it, so that it is asked for again. */
async function takeMissed(
  needs: ChannelNeeds,
  o: { source: SourceRecord; adapter: ProviderAdapter; now: Date },
): Promise<void> {
  const { source, adapter, now } = o
  const failures: unknown[] = []
  // What the number was sent before it was connected is not ours to show.
  let from = Math.max(
    Date.parse(source.createdAt),
    Date.parse(source.fetchedUntil ?? source.createdAt) - overlap,
  )
  // At least once: asking also shows whether the provider lets us in.
  do {
    const to = Math.min(from + longestSpan, now.getTime())
    const { messages, statuses } = await adapter.fetchMissed(source, {
      from: new Date(from),
      to: new Date(to),
    })
    for (let first = 0; first < messages.length; first += batchSize) {
      const batch = messages.slice(first, first + batchSize).map((message) => inboundOf(source, message))
      await needs.receive(batch).catch((error: unknown) => failures.push(error))
    }
    for (const status of statuses) await needs.recordDelivery(deliveryOf(source, status))
    if (failures.length === 0) await noteFetched(needs.sync, source, stamp(new Date(to)))
    from = to
  } while (from < now.getTime())
  if (failures.length > 0) throw new AggregateError(failures, "Some missed messages could not be taken.")
}

async function noteFetched(sync: Sync, { workspaceId, id }: SourceRecord, until: Stamp): Promise<void> {
  await sql`
    update sources set fetched_until = greatest(fetched_until, ${until}::timestamptz)
     where workspace_id = ${workspaceId} and id = ${id}`.execute(sync.db)
}

async function noteProblem(sync: Sync, seen: SourceRecord, problem: string | null): Promise<void> {
  if (seen.settings.channel !== "sms" || seen.settings.problem === problem) return
  await write(sync, { workspaceId: seen.workspaceId }, async ({ tx, changed }) => {
    const source = await findSource(tx, seen.id, { forUpdate: true })
    // Somebody may have put it right while we asked with what was wrong; the next look is soon.
    if (source?.settings.channel !== "sms" || accessOf(source) !== accessOf(seen)) return {}
    await updateSource(tx, { ...source, settings: { ...source.settings, problem } })
    changed("source", source.id, ["workspace"])
    return {}
  })
}

/** What the provider was asked with. */
function accessOf({ settings, secrets }: SourceRecord): string {
  return settings.channel === "sms" ? `${settings.apiBase} ${secrets["authToken"] ?? ""}` : ""
}
