import { sql } from "kysely"
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core"
import { expect } from "vitest"
import type { Config } from "../../server/config/config.ts"
import { start, type Parley } from "../../server/main.ts"
import { createOwner, type Person } from "../flows/person.ts"
import { answerTo } from "../flows/visitor-client.ts"
import { createTestDatabase, launchBrowser, type TestDatabase } from "../harness/harness.ts"
import { layCable, type Cable } from "./cable.ts"

/** The make-believe shop with a whole Parley behind it, its owner Ada, and a cable in between that can be cut. */
export type Shop = {
  database: TestDatabase
  parley: Parley
  cable: Cable
  ada: Person
  sourceId: string
  /** A visitor's browser, with nothing stored. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>
  enter(context: BrowserContext, path?: string): Promise<Page>
  /** The id of the one message that says this, once the server has it. */
  messageId(text: string): Promise<string>
  /** Ada answers the message that says this. */
  answer(to: string, text: string, fileIds?: string[]): Promise<{ id: string }>
  deliveryOf(id: string): Promise<string | undefined>
  close(): Promise<void>
}

export async function openShop(config: Partial<Config> = {}): Promise<Shop> {
  const database = await createTestDatabase()
  const parley = await start({ ...database.config, ...config })
  const ada = await createOwner(parley.url)
  const cable = await layCable(parley.url)
  const browser: Browser = await launchBrowser()
  const { rows } = await sql<{ id: string }>`select id from sources where channel = 'web-chat'`.execute(
    database.db,
  )

  async function find(text: string): Promise<string[]> {
    const found = await sql<{ id: string }>`select id from entries where text = ${text}`.execute(database.db)
    return found.rows.map(({ id }) => id)
  }

  async function messageId(text: string): Promise<string> {
    await expect.poll(async () => (await find(text)).length, { timeout: 5_000, interval: 30 }).toBe(1)
    return (await find(text))[0] ?? ""
  }

  return {
    database,
    parley,
    cable,
    ada,
    sourceId: rows[0]?.id ?? "",
    messageId,
    // Places are measured, so nothing may still be on its way there.
    newContext: (options) =>
      browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options }),
    async enter(context, path = "/try") {
      const page = await context.newPage()
      await page.goto(cable.url + path)
      await launcher(page).waitFor()
      return page
    },
    answer: async (to, text, fileIds) =>
      answerTo(database, ada, { messageId: await messageId(to), text, ...(fileIds && { fileIds }) }),
    async deliveryOf(id) {
      const { rows: found } = await sql<{
        delivery: string
      }>`select delivery from entries where id = ${id}`.execute(database.db)
      return found[0]?.delivery
    },
    async close() {
      await browser.close()
      await cable.close()
      await parley.stop()
      await database.close()
    },
  }
}

export const launcher = (page: Page) => page.getByRole("button", { name: "Open chat", exact: true })
export const field = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true })
export const log = (page: Page) => page.getByRole("log", { name: "Messages" })
export const bubbles = (page: Page) => log(page).locator(".bubble").allInnerTexts()

export async function openChat(page: Page): Promise<void> {
  await launcher(page).click()
  await field(page).waitFor()
}

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await field(page).press("Enter")
}
