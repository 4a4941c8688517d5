import { sql } from "kysely"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import { createOwner, type Person } from "../flows/person.ts"
import { createTestDatabase, launchBrowser, type TestDatabase } from "../harness/harness.ts"
import { layCable, type Cable } from "./cable.ts"

let database: TestDatabase
let parley: Parley
let cable: Cable
let browser: Browser
let context: BrowserContext
let ada: Person
let sourceId: string

beforeAll(async () => {
  database = await createTestDatabase()
  parley = await start(database.config)
  ada = await createOwner(parley.url)
  cable = await layCable(parley.url)
  browser = await launchBrowser()
  const { rows } = await sql<{ id: string }>`select id from sources where channel = 'web-chat'`.execute(
    database.db,
  )
  sourceId = rows[0]?.id ?? ""
})

afterAll(async () => {
  await browser.close()
  await cable.close()
  await parley.stop()
  await database.close()
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const cookies = ada
    .cookie()
    .split("; ")
    .map((pair) => pair.split("="))
  await context.addCookies(
    cookies.map(([name = "", ...value]) => ({ name, value: value.join("="), url: cable.url })),
  )
})

afterEach(async () => {
  cable.mend()
  await context.close()
})

/** A visitor's first message, which makes a conversation of its own. */
async function visitorWrites(text: string): Promise<void> {
  const key = newId().replaceAll("-", "").padEnd(43, "x")
  const response = await fetch(`${parley.url}/visitor/v1/${sourceId}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: parley.url },
    body: JSON.stringify({ key, id: newId(), text }),
  })
  expect(response.status, await response.text()).toBe(200)
}

async function openDesk(path = "/inbox/all"): Promise<Page> {
  const page = await context.newPage()
  await page.goto(cable.url + path)
  await page.getByRole("navigation", { name: "Inboxes" }).waitFor()
  return page
}

const list = (page: Page) => page.getByRole("list", { name: "Conversations" })
const item = (page: Page, text: string) => list(page).getByRole("listitem").filter({ hasText: text })
const log = (page: Page) => page.getByRole("log", { name: "Messages" })
const composer = (page: Page) => page.getByRole("textbox", { name: "Answer", exact: true })

async function openConversation(page: Page, text: string): Promise<void> {
  await item(page, text).getByRole("link").first().click()
  await log(page).getByText(text).waitFor()
}

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press("Enter")
}

async function countOf(text: string): Promise<number> {
  const { rows } = await sql<{
    count: number
  }>`select count(*)::int as count from entries where text = ${text}`.execute(database.db)
  return rows[0]?.count ?? 0
}

/** What the browser keeps under our names. */
function databasesOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""))
}

function timelinesOnDisk(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const [{ name = "" } = {}] = await indexedDB.databases()
    return new Promise<number>((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.addEventListener("error", () => reject(opening.error))
      opening.addEventListener("success", () => {
        const database = opening.result
        const counting = database.transaction("timelines").objectStore("timelines").count()
        counting.addEventListener("success", () => {
          database.close()
          resolve(counting.result)
        })
      })
    })
  })
}

test("the desk opens from its own disk while the server says nothing", async () => {
  await visitorWrites("Is anybody awake?")
  const page = await openDesk()
  await openConversation(page, "Is anybody awake?")
  await expect.poll(() => timelinesOnDisk(page)).toBe(1)
  await page.close()
  await context.route("**/api/v1/**", () => new Promise(() => undefined))
  await context.routeWebSocket("**/api/v1/stream**", () => undefined)
  const again = await openDesk()
  await openConversation(again, "Is anybody awake?")
})

test("what another build left on disk is dropped, timelines too", async () => {
  await visitorWrites("Who wrote this?")
  const page = await openDesk()
  await openConversation(page, "Who wrote this?")
  await expect.poll(() => timelinesOnDisk(page)).toBe(1)
  // Another address of the desk's own origin on which no desk runs and writes.
  await page.goto(`${cable.url}/livez`)
  await page.evaluate(async () => {
    const [{ name = "" } = {}] = await indexedDB.databases()
    await new Promise((resolve) => {
      const opening = indexedDB.open(name)
      opening.addEventListener("success", () => {
        const heads = opening.result.transaction("head", "readwrite").objectStore("head")
        heads.put({ format: 1, epoch: "", cursor: 0 }, "head").addEventListener("success", () => {
          opening.result.close()
          resolve(undefined)
        })
      })
    })
  })
  await page.goto(`${cable.url}/inbox/all`)
  await item(page, "Who wrote this?").waitFor()
  await expect.poll(() => timelinesOnDisk(page)).toBe(0)
})

test("answers written without a network, in a tab that is closed since, are sent once and in order", async () => {
  await visitorWrites("Do you ship to Norway?")
  const page = await openDesk()
  await openConversation(page, "Do you ship to Norway?")
  cable.cut()
  for (const text of ["Yes, we do.", "It takes four days.", "Anything else?"]) await say(page, text)
  await log(page).getByText("Anything else?").waitFor()
  await page.close()
  expect(await countOf("Yes, we do.")).toBe(0)
  cable.mend()
  const again = await openDesk()
  await item(again, "Anything else?").waitFor()
  await expect.poll(() => countOf("Anything else?"), { timeout: 15_000 }).toBe(1)
  const { rows } = await sql<{
    text: string
  }>`select text from entries where text in ('Yes, we do.', 'It takes four days.', 'Anything else?') order by at`.execute(
    database.db,
  )
  expect(rows.map(({ text }) => text)).toEqual(["Yes, we do.", "It takes four days.", "Anything else?"])
})

test("of two tabs one holds the line; when it is closed the other goes on", async () => {
  const sockets: string[] = []
  context.on("page", (page) => page.on("websocket", (socket) => sockets.push(socket.url())))
  await visitorWrites("First of two")
  const first = await openDesk()
  await item(first, "First of two").waitFor()
  const second = await openDesk()
  await item(second, "First of two").waitFor()
  expect(sockets).toHaveLength(1)
  await visitorWrites("Seen in both tabs")
  await item(first, "Seen in both tabs").waitFor()
  await item(second, "Seen in both tabs").waitFor()
  await openConversation(second, "Seen in both tabs")
  await say(second, "Sent through the other tab")
  await expect.poll(() => countOf("Sent through the other tab"), { timeout: 5_000 }).toBe(1)
  await first.close()
  await visitorWrites("Seen by who is left")
  await item(second, "Seen by who is left").waitFor()
  expect(sockets).toHaveLength(2)
})

test("a cut line is found and everything missed comes at once when it is mended", async () => {
  const page = await openDesk()
  await expect.poll(() => item(page, "Missed").count()).toBe(0)
  cable.cut()
  await visitorWrites("Missed this one")
  cable.mend()
  await item(page, "Missed this one").waitFor({ timeout: 10_000 })
})

test("a filter chosen while the first closed conversations are on their way shows what it names", async () => {
  await visitorWrites("Closed and looked for")
  const page = await openDesk()
  await openConversation(page, "Closed and looked for")
  await page.getByRole("button", { name: "Close", exact: true }).click()
  await item(page, "Closed and looked for").waitFor({ state: "detached" })
  const release = Promise.withResolvers<void>()
  let asked = 0
  await page.route(/\/conversations\?.*closed=true/, async (route) => {
    asked += 1
    await release.promise
    await route.continue()
  })
  const menu = page.getByRole("menu")
  for (const choice of ["Closed", "Web chat"]) {
    await page.getByRole("button", { name: "Filter", exact: true }).click()
    await menu.getByText(choice, { exact: true }).click()
    await page.keyboard.press("Escape")
    await menu.waitFor({ state: "detached" })
    await expect.poll(() => asked).toBeGreaterThan(0)
  }
  release.resolve()
  await item(page, "Closed and looked for").waitFor()
  await page.getByRole("button", { name: "Filter", exact: true }).click()
  await menu.getByText("Clear filter", { exact: true }).click()
  await item(page, "Closed and looked for").waitFor({ state: "detached" })
})

test("a link to a closed conversation leads to it though the server fails at first", async () => {
  await visitorWrites("Closed and linked")
  const { rows } = await sql<{ id: string; entryId: string }>`
    select conversation_id as id, id as "entryId" from entries where text = 'Closed and linked'`.execute(
    database.db,
  )
  const { id, entryId } = rows[0] ?? {}
  const closing = await ada.send("POST", `/conversations/${id}/close`, { lastCustomerEntryId: entryId })
  expect(closing.status).toBe(200)
  const times = { conversation: 0, customer: 0 }
  await context.route(new RegExp(`/api/v1/conversations/${id}(/customer)?$`), async (route) => {
    const what = route.request().url().endsWith("/customer") ? "customer" : "conversation"
    times[what] += 1
    await (times[what] > 2 ? route.continue() : route.fulfill({ status: 502, body: "Bad gateway" }))
  })
  const page = await openDesk(`/conversations/${id}`)
  await log(page).getByText("Closed and linked").waitFor()
  await expect.poll(() => times.customer).toBeGreaterThan(2)
})

test("signing out leaves nothing of the workspace on the machine", async () => {
  const page = await openDesk()
  await expect.poll(() => databasesOf(page)).toHaveLength(1)
  await page.getByRole("navigation", { name: "Main" }).getByRole("button").click()
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  await page.getByRole("button", { name: "Sign in" }).waitFor()
  await expect.poll(() => databasesOf(page), { timeout: 5_000 }).toEqual([])
})
