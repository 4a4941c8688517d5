import { isDeepStrictEqual } from "node:util"
import { sql } from "kysely"
import type { SourceRow } from "../../protocol/rows.ts"
import type { HomeAnswer } from "../../protocol/visitor.ts"
import { findSource } from "../channels/channels.ts"
import { visitors } from "../conversations/conversations.ts"
import { snapshot, stamp, type Db } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"

/** A source of the channel web chat. */
export type Website = {
  workspaceId: string
  id: string
  teamId: string
  settings: Extract<SourceRow["settings"], { channel: "web-chat" }>
}

export async function findWebsite(db: Db, sourceId: string): Promise<Website | undefined> {
  const source = await findSource(db, sourceId)
  if (source?.settings.channel !== "web-chat") return undefined
  const { workspaceId, id, teamId, settings } = source
  return { workspaceId, id, teamId, settings }
}

/**
 * `findWebsite` for many who ask at once: who asks while one is being read waits for the next reading, together with
 * all others who do. So nobody is answered with what was read before he asked.
 */
export function createWebsites(db: Db): { find(sourceId: string): Promise<Website | undefined> } {
  type Reading = { now: Promise<Website | undefined>; next?: Promise<Website | undefined> }
  const readings = new Map<string, Reading>()
  const latest = new Map<string, Website>()

  /** The same object as long as nothing has changed: thousands of streams hold the website they are of. */
  async function findShared(sourceId: string): Promise<Website | undefined> {
    const found = await findWebsite(db, sourceId)
    const known = latest.get(sourceId)
    if (isDeepStrictEqual(found, known)) return known
    if (found === undefined) latest.delete(sourceId)
    else latest.set(sourceId, found)
    return found
  }

  function read(sourceId: string): Promise<Website | undefined> {
    const reading: Reading = {
      now: findShared(sourceId).finally(() => {
        if (reading.next === undefined) readings.delete(sourceId)
      }),
    }
    readings.set(sourceId, reading)
    return reading.now
  }

  return {
    find(sourceId) {
      const reading = readings.get(sourceId)
      if (reading === undefined) return read(sourceId)
      const again = (): Promise<Website | undefined> => read(sourceId)
      return (reading.next ??= reading.now.then(again, again))
    },
  }
}

/** The one that was made with the first workspace. */
export async function findFirstWebsite(db: Db): Promise<Website | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from sources where channel = 'web-chat' order by created_at, id limit 1`.execute(db)
  return rows[0] && findWebsite(db, rows[0].id)
}

/** How long what home says is believed, in milliseconds: presence changes often, the reply time reads much. */
const HOME_LIFE = 3_000
const REPLY_MINUTES_LIFE = 5 * 60_000

/** What home says, read at most every few seconds a website however many visitors ask. */
export function createHomes(
  sync: Sync,
  { takesEmail }: { takesEmail: boolean },
): { get(website: Website): Promise<HomeAnswer> } {
  const homes = remember(HOME_LIFE, readHome)
  const replies = remember(REPLY_MINUTES_LIFE, ({ workspaceId, teamId }: Website) =>
    visitors.replyMinutes(sync.db, { workspaceId, teamId, now: stamp(sync.clock.now()) }),
  )

  async function readHome(website: Website): Promise<HomeAnswer> {
    const { workspaceId, teamId, settings } = website
    const home = await snapshot(sync.db, (tx) =>
      visitors.publicHome(tx, { workspaceId, teamId, greeting: settings.greeting, now: sync.clock.now() }),
    )
    const company = settings.title || home.company
    return { ...home, company, replyMinutes: await replies(website), takesEmail }
  }

  return { get: homes }
}

/** Answers again what was read a moment ago; whoever asks meanwhile waits for the same reading. */
function remember<T>(
  milliseconds: number,
  read: (website: Website) => Promise<T>,
): (website: Website) => Promise<T> {
  const known = new Map<string, { value: Promise<T>; until: number }>()
  return (website) => {
    const earlier = known.get(website.id)
    if (earlier && earlier.until > performance.now()) return earlier.value
    const value = read(website)
    known.set(website.id, { value, until: performance.now() + milliseconds })
    value.catch(() => known.delete(website.id))
    return value
  }
}
