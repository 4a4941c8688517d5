import path from "node:path"
import { startEmbedded } from "../../server/db/embedded/start.ts"
import { quietLog } from "../harness/log.ts"
import { askTables } from "./ask-tables.ts"
import { makeNextEdition } from "./edition.ts"
import type { Installation, InstallationNeeds } from "./installation.ts"
import type { Field, Nemesis } from "./nemesis.ts"
import { bringBack, findPostgres, layCables } from "./one.ts"
import { prepareServer } from "./server-process.ts"

/** This edition and the next on one PostgreSQL; everybody is led to this one, and the next is started by the first blow. */
export async function openEditions({
  folder,
  environment,
  lines: count,
}: InstallationNeeds): Promise<Installation> {
  await using opened = new AsyncDisposableStack()
  const databaseFolder = path.join(folder, "database")
  const database = await startEmbedded({ folder: databaseFolder, log: quietLog })
  opened.defer(() => database.stop())
  const shared = { ...environment, PARLEY_DATA: path.join(folder, "data"), DATABASE_URL: database.url }
  const lines = await layCables(count, opened)
  const before = prepareServer({
    name: "before",
    folder,
    environment: shared,
    onReady: (url) => lines.forEach((line) => line.lead(url)),
  })
  opened.defer(() => before.stop())
  const next = prepareServer({ name: "next", folder, environment: shared, root: makeNextEdition(folder) })
  opened.defer(() => next.stop())
  await before.start()
  const kept = opened.move()
  return {
    servers: [before, next],
    lines,
    postgres: findPostgres(databaseFolder),
    url: before.url,
    databaseUrl: () => database.url,
    async mend() {
      for (const line of lines) line.mend()
      // The one before is never started again on what the next has made of the tables: it has to live.
      await bringBack(before)
    },
    stop: () => kept.disposeAsync(),
  }
}

/** The next edition comes, people are led to it and back, some to each, and it is taken away again. */
async function upgradeAndGoBack({ installation, random, lasts }: Field): Promise<void> {
  const { servers, lines } = installation
  const [before, next] = servers
  if (before === undefined || next === undefined) throw new Error("There are no two editions.")
  const pid = before.pid()
  await next.start()
  try {
    for (let turn = 0; turn < 4; turn += 1) {
      for (const line of lines.filter(() => random.chance(0.5))) {
        line.lead(random.chance(0.5) ? next.url() : before.url())
        line.reset()
      }
      await lasts(random.between(1_000, 4_000), 1_000)
    }
  } finally {
    for (const line of lines) line.lead(before.url())
    await next.stop()
    // So that the next blow migrates under load again, and whoever looks at the tables as this edition does is let in.
    await askTables(installation.databaseUrl(), "delete from schema_migrations where number = 9000")
  }
  if (before.pid() !== pid) throw new Error("The edition before did not live through it.")
}

export const upgradeNemeses: Nemesis[] = [
  {
    name: "upgrade",
    what: "this edition and the next run beside each other on one database, and people are led to and fro",
    on: "editions",
    strike: upgradeAndGoBack,
  },
]
