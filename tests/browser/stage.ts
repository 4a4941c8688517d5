import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import type { BrowserContextOptions, Page } from "playwright-core"
import { createCompany, type Company } from "../flows/company.ts"
import type { Person } from "../flows/person.ts"
import type { Config } from "../../server/config/config.ts"
import { systemClock } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import type { Web } from "../../server/previews/previews.ts"
import { createTestDatabase, launchBrowser, settableClock, type TestDatabase } from "../harness/harness.ts"
import { openBrowserFor } from "../harness/people.ts"

/** A Parley as it really runs, in real time and with its jobs, and browsers in front of it. */
export type Stage = Parley & {
  database: TestDatabase
  openBrowser(options?: BrowserContextOptions): Promise<Page>
  /** A browser in which somebody is signed in already; `url` is where he reaches the server. */
  openBrowserOf(person: Person, url?: string, options?: BrowserContextOptions): Promise<Page>
  /** A company that is there already, for walks that begin later. */
  fill(): Promise<Company>
  /** The server ends and begins again at the same address. */
  restart(meanwhile?: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

export async function openStage(overrides: Partial<Config> = {}, web?: Web): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "parley-stage-"))
  opened.defer(() => rm(dataFolder, { recursive: true, force: true }))
  const database = await createTestDatabase({ dataFolder, ...overrides })
  opened.defer(() => database.close())
  const config = { ...database.config, ...overrides }
  const beyond = web && { web }
  let parley = await start(config, beyond)
  opened.defer(() => parley.stop())
  const browser = await launchBrowser()
  opened.defer(() => browser.close())
  const { url } = parley
  const running = opened.move()
  const stage: Stage = {
    ...parley,
    // Its own, which outlives a restart.
    database,
    openBrowser: (options) => openBrowserFor(browser, options),
    async openBrowserOf(person, at = url, options) {
      const page = await openBrowserFor(browser, options)
      const pairs = person.cookie().split("; ")
      await page.context().addCookies(
        pairs.map((pair) => {
          const [name = "", ...value] = pair.split("=")
          return { name, value: value.join("="), url: at }
        }),
      )
      return page
    },
    fill: () => createCompany({ ...parley, database, clock: settableClock(systemClock.now()) }),
    async restart(meanwhile) {
      await parley.stop()
      try {
        await meanwhile?.()
      } finally {
        parley = await start({ ...config, port: Number(new URL(url).port) }, beyond)
      }
    },
    close: () => running.disposeAsync(),
  }
  return stage
}
