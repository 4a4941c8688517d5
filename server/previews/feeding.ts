import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { stamp, type Tx } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import { addressIn } from "./asking.ts"

/** Changes of one transaction. */
const MOST_AT_ONCE = 1_000
/** Milliseconds. Whatever waited for longer was read without: a preview that comes then only moves the page. */
export const TOO_LATE = 10 * 60_000

/** Finds what is new in the change logs and names a web address, in workspaces that want previews. */
export async function feedPreviews(sync: Sync, ownHost: string | undefined): Promise<void> {
  const { rows } = await sql<{ workspaceId: Id }>`/* prepared */
    select w.id as "workspaceId"
      from workspaces w
      join counters c on c.workspace_id = w.id
      left join preview_places p on p.workspace_id = w.id
     where w.shows_previews and coalesce(p.fed_number, 0) < c.number`.execute(sync.db)
  for (const { workspaceId } of rows)
    try {
      while (await feedOne(sync, workspaceId, ownHost));
    } catch (error) {
      // The others shall not wait for it; it is tried again with the next look.
      sync.log.error({ err: error, workspaceId }, "messages could not be looked through for web addresses")
    }
}

/** A step through the log of one workspace; whether there may be more. */
async function feedOne(sync: Sync, workspaceId: Id, ownHost: string | undefined): Promise<boolean> {
  const { isMore } = await write(sync, { workspaceId }, async ({ tx, at, enqueue }) => {
    await sql`
      insert into preview_places (workspace_id, fed_number) values (${workspaceId}, 0)
      on conflict do nothing`.execute(tx)
    // Another process that is at it has it locked, and does it.
    const { rows } = await sql<{ after: number; number: number }>`
      select p.fed_number as after, c.number
        from preview_places p join counters c on c.workspace_id = p.workspace_id
       where p.workspace_id = ${workspaceId} for update of p skip locked`.execute(tx)
    const [place] = rows
    if (place === undefined) return { isMore: false }
    const since = stamp(new Date(Date.parse(at) - TOO_LATE))
    const upTo = Math.min(place.number, place.after + MOST_AT_ONCE)
    for (const { id, text } of await findWritten(tx, { workspaceId, after: place.after, upTo, since })) {
      const address = addressIn(text, ownHost)
      // One after another of each host: nobody makes us knock at a door a hundred times at once.
      const lane = address && `fetch-preview:${address.host}`
      const key = `fetch-preview:${id}`
      if (lane !== undefined)
        await enqueue({ name: "fetch-preview", payload: { entryId: id }, lane, key, isOnce: true })
    }
    await sql`update preview_places set fed_number = ${upTo} where workspace_id = ${workspaceId}`.execute(tx)
    return { isMore: upTo < place.number }
  })
  return isMore
}

async function findWritten(
  tx: Tx,
  o: { workspaceId: Id; after: number; upTo: number; since: Stamp },
): Promise<{ id: Id; text: string }[]> {
  const { workspaceId, after, upTo, since } = o
  // An entry's time may be a little ahead of the change that says it is there, never behind.
  const { rows } = await sql<{ id: Id; text: string }>`
    select e.id, e.text
      from changes join entries e on e.workspace_id = ${workspaceId} and e.id = changes.entity_id
     where changes.workspace_id = ${workspaceId} and number > ${after} and number <= ${upTo}
       and changes.kind = 'entry' and changes.at > ${since} and e.at >= changes.at
       and e.type in ('message', 'note') and strpos(e.text, '://') > 0
     order by number`.execute(tx)
  return rows
}
