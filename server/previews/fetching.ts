import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { entryChanged } from "../conversations/conversations.ts"
import { newId, stamp, type Db } from "../db/db.ts"
import type { Handlers } from "../jobs/jobs.ts"
import { write, type Sync } from "../sync/sync.ts"
import { addressIn } from "./asking.ts"
import { TOO_LATE } from "./feeding.ts"
import { look, type Found, type Web } from "./looking.ts"

type Needs = { sync: Sync; ownHost: string | undefined; web: Web }

const DAY = 24 * 60 * 60_000
/** What nothing shows is looked for among those of so many days. */
const TRIMMED_DAYS = 7

/** The handlers of `fetch-preview` and `forget-previews`. */
export function previewJobs(needs: Needs): Handlers {
  return {
    "fetch-preview": ({ entryId }, { workspaceId }) => fetchPreview(needs, { workspaceId, entryId }),
    "forget-previews": (_nothing, { workspaceId }) => forgetUnshown(needs.sync.db, workspaceId),
  }
}

/** Asks the page that an entry names, unless it was asked within a day, and shows the answer below the entry. */
async function fetchPreview(needs: Needs, entry: { workspaceId: Id; entryId: Id }): Promise<void> {
  const { sync, web } = needs
  const { workspaceId, entryId } = entry
  const address = await findAddress(needs, entry)
  if (address === undefined) return
  const known = await findKnown(sync, workspaceId, address)
  // Why nothing can be had is nobody's business: it may be tried again tomorrow.
  const found = known ?? (await look(address, web).catch(() => undefined))
  await write(sync, { workspaceId }, async (writing) => {
    const { tx, at } = writing
    const previewId = known?.id ?? newId()
    if (known === undefined) {
      const { title = null, description = null, picture = null } = (found ?? {}) as Partial<Found>
      await sql`
        insert into previews (workspace_id, id, address, title, description, picture, fetched_at)
        values (${workspaceId}, ${previewId}, ${address.href}, ${title}, ${description}, ${picture}, ${at})`.execute(
        tx,
      )
    }
    if (found === undefined || found.title === null) return {}
    // It may have been taken back meanwhile.
    const { rows } = await sql`
      insert into entry_previews (workspace_id, entry_id, preview_id)
      select workspace_id, id, ${previewId} from entries where workspace_id = ${workspaceId} and id = ${entryId}
      on conflict do nothing returning 1`.execute(tx)
    if (rows.length > 0) await entryChanged(writing, workspaceId, entryId)
    return {}
  })
}

async function findAddress(
  { sync, ownHost }: Needs,
  { workspaceId, entryId }: { workspaceId: Id; entryId: Id },
): Promise<URL | undefined> {
  const since = stamp(new Date(sync.clock.now().getTime() - TOO_LATE))
  const { rows } = await sql<{ text: string }>`
    select e.text from entries e join workspaces w on w.id = e.workspace_id
     where e.workspace_id = ${workspaceId} and e.id = ${entryId} and w.shows_previews
       and e.at > ${since} and e.delivery is distinct from 'failed'
       and not exists (select 1 from entry_previews shown
                        where shown.workspace_id = e.workspace_id and shown.entry_id = e.id)`.execute(sync.db)
  const [entry] = rows
  return entry && addressIn(entry.text, ownHost)
}

/** `title` null: it was asked, and said nothing. */
async function findKnown(
  sync: Sync,
  workspaceId: Id,
  address: URL,
): Promise<{ id: Id; title: string | null } | undefined> {
  const since: Stamp = stamp(new Date(sync.clock.now().getTime() - DAY))
  const { rows } = await sql<{ id: Id; title: string | null }>`
    select id, title from previews
     where workspace_id = ${workspaceId} and md5(address) = md5(${address.href}) and address = ${address.href}
       and fetched_at > ${since}
     order by fetched_at desc limit 1`.execute(sync.db)
  return rows[0]
}

/** The picture of the page that an entry's preview shows; the caller has made sure of the reader. */
export async function findPicture(db: Db, workspaceId: Id, entryId: Id): Promise<Buffer | undefined> {
  const { rows } = await sql<{ picture: Buffer | null }>`
    select p.picture
      from entry_previews shown
      join previews p on p.workspace_id = shown.workspace_id and p.id = shown.preview_id
     where shown.workspace_id = ${workspaceId} and shown.entry_id = ${entryId}`.execute(db)
  return rows[0]?.picture ?? undefined
}

/** A page that an erased customer named is nothing to keep, however long ago it was asked for. */
async function forgetUnshown(db: Db, workspaceId: Id): Promise<void> {
  await sql`
    delete from previews p
     where workspace_id = ${workspaceId}
       and not exists (select 1 from entry_previews shown
                        where shown.workspace_id = p.workspace_id and shown.preview_id = p.id)`.execute(db)
}

/** Forgets what nothing shows and nobody would take from here any more. */
export async function trimPreviews({ db, clock }: Sync): Promise<void> {
  const ago = (days: number) => stamp(new Date(clock.now().getTime() - days * DAY))
  await sql`
    delete from previews p
     where fetched_at < ${ago(1)} and fetched_at > ${ago(1 + TRIMMED_DAYS)}
       and not exists (select 1 from entry_previews shown
                        where shown.workspace_id = p.workspace_id and shown.preview_id = p.id)`.execute(db)
}
