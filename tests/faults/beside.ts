import type { Installation, InstallationNeeds } from "./installation.ts"
import { bringBack, layCables } from "./one.ts"
import { prepareServer } from "./server-process.ts"

/** One server on the PostgreSQL that the nemesis has started and named in DATABASE_URL. */
export async function openBeside({
  folder,
  environment,
  lines: count,
}: InstallationNeeds): Promise<Installation> {
  await using opened = new AsyncDisposableStack()
  const databaseUrl = environment.DATABASE_URL
  if (databaseUrl === undefined) throw new Error("The nemesis has prepared no database.")
  const lines = await layCables(count, opened)
  const server = prepareServer({
    name: "parley",
    folder,
    environment: { PARLEY_DATA: `${folder}/data`, ...environment },
    onReady: (url) => lines.forEach((line) => line.lead(url)),
  })
  opened.defer(() => server.stop())
  await server.start()
  const kept = opened.move()
  return {
    servers: [server],
    lines,
    url: server.url,
    databaseUrl: () => databaseUrl,
    postgres: {
      pid: () => undefined,
      signal: () => undefined,
      signalAll: () => undefined,
      backendPids: async () => [],
    },
    async mend() {
      for (const line of lines) line.mend()
      await bringBack(server)
    },
    stop: () => kept.disposeAsync(),
  }
}
