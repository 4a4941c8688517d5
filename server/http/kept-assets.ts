import { sql } from "kysely"
import { stamp } from "../db/db.ts"
import type { Sync } from "../sync/sync.ts"
import { isHashed, makeAsset, type Asset } from "./assets.ts"
import type { App } from "./route.ts"

const DAY = 24 * 60 * 60_000
/** Pages that stay open for longer than this after an upgrade are rare, and load anew then. */
const KEPT_FOR = 30 * DAY
/** Of other builds, in memory. */
const MOST_READ = 100

/** The built files of the apps by their paths, each below the name of its app. */
type Apps = Readonly<Record<string, ReadonlyMap<string, Asset>>>

export type KeptAssets = { find(name: string): Promise<Asset | undefined> }

/**
 * During an upgrade two builds answer at the same address, and a page stays open for days after it: whoever has one
 * build's page asks any process, today's or tomorrow's, for that build's files. So each process puts its own down in
 * the database before it listens, and finds there what it does not have. Names have their content's hash in them.
 */
export function keepAssets(app: App, { db, clock, log }: Sync, apps: Apps): KeptAssets {
  const own = new Map(
    Object.entries(apps).flatMap(([name, assets]) =>
      [...assets].flatMap(([path, { body }]) => (isHashed(path) ? [[`${name}/${path}`, body] as const] : [])),
    ),
  )
  const read = new Map<string, Asset>()

  async function putDown(): Promise<void> {
    const at = stamp(clock.now())
    const { rows: known } = await sql<{ name: string }>`
      update assets set offered_at = ${at} where name = any(${[...own.keys()]}) returning name`.execute(db)
    const there = new Set(known.map(({ name }) => name))
    for (const [name, body] of own)
      if (!there.has(name))
        await sql`
          insert into assets (name, body, offered_at) values (${name}, ${body}, ${at})
          on conflict (name) do nothing`.execute(db)
    const before = stamp(new Date(clock.now().getTime() - KEPT_FOR))
    await sql`delete from assets where offered_at < ${before}`.execute(db)
  }

  if (own.size > 0) {
    app.addHook("onReady", putDown)
    const timer = setInterval(() => {
      putDown().catch((error: unknown) => log.warn({ err: error }, "the built files were not put down again"))
    }, DAY)
    timer.unref()
    app.addHook("onClose", async () => clearInterval(timer))
  }

  return {
    async find(name) {
      if (!isHashed(name)) return undefined
      const known = read.get(name)
      if (known !== undefined) return known
      const { rows } = await sql<{ body: Buffer }>`select body from assets where name = ${name}`.execute(db)
      const [row] = rows
      if (row === undefined) return undefined
      const asset = makeAsset(row.body, { name })
      if (read.size >= MOST_READ) read.clear()
      read.set(name, asset)
      return asset
    },
  }
}
