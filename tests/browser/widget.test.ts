import { AxeBuilder } from "@axe-core/playwright"
import { sql } from "kysely"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { start, type Parley } from "../../server/main.ts"
import { answerTo, placeOfMessage } from "../flows/visitor-client.ts"
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
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
})

afterEach(async () => {
  cable.mend()
  await context.close()
})

async function openShop(path = "/try"): Promise<Page> {
  const page = await context.newPage()
  await page.goto(cable.url + path)
  await launcher(page).waitFor()
  return page
}

const launcher = (page: Page) => page.getByRole("button", { name: "Open chat", exact: true })
const field = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true })
const log = (page: Page) => page.getByRole("log", { name: "Messages" })
const bubbles = (page: Page) => log(page).locator(".bubble").allInnerTexts()

async function openChat(page: Page): Promise<void> {
  await launcher(page).click()
  await field(page).waitFor()
}

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await field(page).press("Enter")
}

async function messageId(text: string): Promise<string> {
  const find = async () => {
    const { rows } = await sql<{ id: string }>`select id from entries where text = ${text}`.execute(
      database.db,
    )
    return rows
  }
  await expect.poll(async () => (await find()).length, { timeout: 5_000, interval: 30 }).toBe(1)
  return (await find())[0]?.id ?? ""
}

async function answer(to: string, text: string): Promise<{ id: string }> {
  return answerTo(database, ada, { messageId: await messageId(to), text })
}

async function deliveryOf(id: string): Promise<string | undefined> {
  const { rows } = await sql<{ delivery: string }>`select delivery from entries where id = ${id}`.execute(
    database.db,
  )
  return rows[0]?.delivery
}

/** Bytes of the answers' bodies as they came over the wire, and who was asked. */
function meter(page: Page) {
  const asked: string[] = []
  const sockets: string[] = []
  let pending: Promise<number>[] = []
  page.on("requestfinished", (request) => {
    if (!/\/(w|widget|visitor)\//.test(request.url())) return
    asked.push(request.url())
    pending.push(request.sizes().then(({ responseBodySize }) => responseBodySize))
  })
  page.on("websocket", (socket) => sockets.push(socket.url()))
  return {
    asked,
    sockets,
    async bytes() {
      const sizes = await Promise.all(pending)
      pending = sizes.map((size) => Promise.resolve(size))
      return sizes.reduce((sum, size) => sum + size, 0)
    },
  }
}

describe("what the widget costs", () => {
  test("before a click: one small request, no socket, nothing stored", async () => {
    const page = await context.newPage()
    const used = meter(page)
    await page.goto(`${cable.url}/try`)
    await launcher(page).waitFor()
    await page.waitForTimeout(1_500)
    expect(used.asked).toEqual([`${cable.url}/w/${sourceId}.js`])
    expect(await used.bytes()).toBeLessThanOrEqual(5 * 1024)
    expect(used.sockets).toEqual([])
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] })
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  })

  test("until the first message is sent: at most 30 KB, and no socket before it", async () => {
    const page = await context.newPage()
    const used = meter(page)
    await page.goto(`${cable.url}/try`)
    await openChat(page)
    await page.getByRole("button", { name: "Start a conversation" }).click()
    expect(used.sockets).toEqual([])
    expect((await context.storageState()).origins).toEqual([])
    await say(page, "What does this cost?")
    await messageId("What does this cost?")
    await log(page).getByText("Sent").waitFor()
    expect(await used.bytes()).toBeLessThanOrEqual(30 * 1024)
  })

  test("the page keeps its globals, its focus and its keys", async () => {
    const page = await context.newPage()
    await page.addInitScript(() => {
      Object.assign(globalThis, { before: Object.keys(globalThis), keys: 0 })
      addEventListener("keydown", () =>
        Object.assign(globalThis, { keys: Number(Reflect.get(globalThis, "keys")) + 1 }),
      )
    })
    await page.goto(`${cable.url}/try`)
    await launcher(page).waitFor()
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true)
    await openChat(page)
    await page.keyboard.type("hello")
    expect(await field(page).inputValue()).toBe("hello")
    const [added, keys] = await page.evaluate(() => {
      const before: unknown = Reflect.get(globalThis, "before")
      const known = new Set([...(Array.isArray(before) ? before : []), "before", "keys"])
      return [Object.keys(globalThis).filter((name) => !known.has(name)), Reflect.get(globalThis, "keys")]
    })
    expect(added).toEqual([])
    expect(keys).toBe(0)
  })
})

describe("a conversation", () => {
  test("is written, answered live, seen, and there after a reload and on the next page", async () => {
    const page = await openShop()
    await openChat(page)
    await say(page, "Is the green one in stock?")
    const { id } = await answer("Is the green one in stock?", "Yes, in all sizes.")
    await log(page).getByText("Yes, in all sizes.").waitFor({ timeout: 2_000 })
    await log(page).getByText("Ada ·").waitFor()
    await expect.poll(() => deliveryOf(id), { timeout: 4_000 }).toBe("read")
    await say(page, "Great, thank you")
    const { conversationId } = await placeOfMessage(database, await messageId("Great, thank you"))
    await log(page).getByText("Sent").waitFor()
    await ada.send("POST", `/conversations/${conversationId}/read`, { upTo: "2099-01-01T00:00:00.000000Z" })
    await log(page).getByText("Seen").waitFor()

    const all = ["Is the green one in stock?", "Yes, in all sizes.", "Great, thank you"]
    await page.reload()
    await launcher(page).click()
    expect(await bubbles(page)).toEqual(all)
    await page.getByRole("link", { name: "Boots" }).click()
    await page.waitForURL("**/try/skog")
    await launcher(page).click()
    expect(await bubbles(page)).toEqual(all)
    await say(page, "And the brown one?")
    await messageId("And the brown one?")
  })

  test("counts what is unread on the launcher until it is seen", async () => {
    const page = await openShop()
    await openChat(page)
    await say(page, "I will be away a moment")
    await messageId("I will be away a moment")
    await page.getByRole("button", { name: "Close chat" }).click()
    const { id } = await answer("I will be away a moment", "No hurry")
    await expect.poll(() => page.locator("#count").innerText(), { timeout: 3_000 }).toBe("1")
    await expect.poll(() => deliveryOf(id)).toBe("delivered")
    await launcher(page).click()
    await expect.poll(() => deliveryOf(id), { timeout: 4_000 }).toBe("read")
    await page.getByRole("button", { name: "Close chat" }).click()
    expect(await page.locator("#count").isVisible()).toBe(false)
  })

  test("is one in two tabs", async () => {
    const first = await openShop()
    const second = await openShop("/try/skog")
    await openChat(first)
    await openChat(second)
    await Promise.all([say(first, "from the first tab"), say(second, "from the second tab")])
    await messageId("from the first tab")
    await messageId("from the second tab")
    for (const page of [first, second]) {
      await log(page).getByText("from the first tab").waitFor()
      await log(page).getByText("from the second tab").waitFor()
    }
    expect(await bubbles(first)).toEqual(await bubbles(second))
    await answer("from the first tab", "One of me for two of you")
    for (const page of [first, second]) await log(page).getByText("One of me for two of you").waitFor()
  })

  test("what is typed without a network is sent once, in order, when it is back, on the next page too", async () => {
    const page = await openShop()
    await openChat(page)
    await say(page, "before the cut")
    await messageId("before the cut")
    cable.cut()
    await say(page, "first without network")
    await say(page, "second without network")
    await page.getByText("Offline. What you write is sent when you are back.").waitFor()
    expect(await bubbles(page)).toEqual(["before the cut", "first without network", "second without network"])
    await page.close()

    cable.mend()
    const { rows: early } = await sql`select id from entries where text like '%without network'`.execute(
      database.db,
    )
    expect(early).toEqual([])
    const next = await openShop("/try/fjell")
    await messageId("first without network")
    await messageId("second without network")
    await openChat(next)
    await expect
      .poll(() => bubbles(next))
      .toEqual(["before the cut", "first without network", "second without network"])
    await log(next).getByText("Sent").waitFor()
  })

  test("comes back by itself after a cut, with everything that was missed", async () => {
    const page = await openShop()
    await openChat(page)
    await say(page, "do not lose me")
    await messageId("do not lose me")
    cable.cut()
    await say(page, "said in the dark")
    await answer("do not lose me", "heard in the dark")
    cable.mend()
    await log(page).getByText("heard in the dark").waitFor({ timeout: 15_000 })
    await messageId("said in the dark")
    expect((await bubbles(page)).toSorted()).toEqual([
      "do not lose me",
      "heard in the dark",
      "said in the dark",
    ])
  })

  test("a message that is refused stays, with the reason, and can be tried again", async () => {
    const page = await openShop()
    await openChat(page)
    const refusal = { refusal: "text-too-long", message: "" }
    await page.route("**/messages", (route) => route.fulfill({ status: 400, json: refusal }))
    await say(page, "refused at first")
    await log(page).getByText("Not sent. The text is too long.").waitFor()
    await page.unroute("**/messages")
    await say(page, "another one goes past it")
    await messageId("another one goes past it")
    await log(page).getByRole("button", { name: "Try again" }).click()
    await messageId("refused at first")
  })

  test("older messages load at the top without moving what is read", async () => {
    const page = await openShop()
    await openChat(page)
    await say(page, "the latest")
    const id = await messageId("the latest")
    await sql`
      insert into entries (workspace_id, id, conversation_id, at, type, address_id, source_id, text)
      select workspace_id, gen_random_uuid(), conversation_id, at - step * interval '1 minute', 'message', address_id,
             source_id, 'old ' || step
        from entries, generate_series(1, 120) as step where id = ${id}`.execute(database.db)
    await page.evaluate(() =>
      localStorage.removeItem(Object.keys(localStorage).find((name) => name.endsWith(":messages")) ?? ""),
    )
    await page.reload()
    await openChat(page)
    await expect.poll(async () => (await bubbles(page)).length).toBe(50)
    const top = await log(page).evaluate(async (box) => {
      box.scrollTop = 40
      const topOf = () =>
        [...box.querySelectorAll(".bubble")]
          .find((bubble) => bubble.textContent === "old 49")
          ?.getBoundingClientRect().top ?? 0
      const before = topOf()
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      return { moved: Math.abs(topOf() - before), count: box.querySelectorAll(".bubble").length }
    })
    expect(top.count).toBeGreaterThanOrEqual(100)
    expect(top.moved).toBeLessThan(4)
    await log(page).evaluate((box) => (box.scrollTop = 0))
    await expect.poll(async () => (await bubbles(page)).length).toBe(121)
    await log(page).getByText("This is the beginning of your conversation with Acme.").waitFor()
  })

  test("shows text as text", async () => {
    const page = await openShop()
    await openChat(page)
    const text = "<img src=x onerror=\"document.title='broken'\"> https://example.com/a?b=c."
    await say(page, text)
    await messageId(text)
    expect(await bubbles(page)).toEqual([text])
    expect(await page.title()).not.toBe("broken")
    expect(await log(page).getByRole("link").getAttribute("href")).toBe("https://example.com/a?b=c")
  })
})

describe("the proactive message", () => {
  beforeEach(async () => {
    const proactive = { text: "Unsure about the size?", afterSeconds: 1 }
    await ada.send("PATCH", `/sources/${sourceId}`, { settings: { channel: "web-chat", proactive } })
    // The loader is made anew every three seconds.
    await new Promise((resolve) => setTimeout(resolve, 3_100))
  })
  afterEach(async () => {
    await ada.send("PATCH", `/sources/${sourceId}`, { settings: { channel: "web-chat", proactive: null } })
    await new Promise((resolve) => setTimeout(resolve, 3_100))
  })

  test("can be answered at once, without opening anything", async () => {
    const page = await openShop()
    const card = page.getByRole("region", { name: "Message from Acme" })
    await card.getByText("Unsure about the size?").waitFor()
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true)
    await card.getByRole("textbox", { name: "Message" }).fill("Yes, between 42 and 43")
    await card.getByRole("button", { name: "Send message" }).click()
    await messageId("Yes, between 42 and 43")
    await log(page).getByText("Yes, between 42 and 43").waitFor()
    expect(await card.count()).toBe(0)
  })

  test("dismissed, it stays away", async () => {
    const page = await openShop()
    await page.getByRole("button", { name: "Dismiss" }).click()
    await page.reload()
    await page.waitForTimeout(1_500)
    expect(await page.getByRole("button", { name: "Dismiss" }).count()).toBe(0)
  })
})

describe("for everyone", () => {
  for (const scheme of ["light", "dark"] as const)
    test(`axe finds nothing, ${scheme}`, async () => {
      await context.close()
      context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: scheme })
      const page = await openShop()
      await openChat(page)
      await page.waitForTimeout(300)
      await expectAccessible(page)
      await say(page, `Hello from the ${scheme} side`)
      await answer(`Hello from the ${scheme} side`, "Good to see you")
      await log(page).getByText("Good to see you").waitFor()
      await page.waitForTimeout(300)
      await expectAccessible(page)
    })

  test("the keyboard opens, writes and closes, and focus returns to the launcher", async () => {
    const page = await openShop()
    await launcher(page).focus()
    await page.keyboard.press("Enter")
    await field(page).waitFor()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await messageId("one\ntwo")
    await page.keyboard.press("Escape")
    await launcher(page).waitFor()
    const focused = await page.evaluate(() =>
      document.querySelector("parley-chat")?.shadowRoot?.activeElement?.getAttribute("aria-label"),
    )
    expect(focused).toBe("Open chat")
  })

  test("on a phone it fills the screen, and one button closes it", async () => {
    await context.close()
    context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const page = await openShop()
    await openChat(page)
    expect(await page.getByRole("dialog", { name: "Chat with Acme" }).boundingBox()).toMatchObject({
      x: 0,
      y: 0,
      width: 390,
      height: 844,
    })
    await page.getByRole("button", { name: "Close chat" }).click()
    await launcher(page).waitFor()
  })
})

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include("parley-chat").analyze()
  expect(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
  ).toEqual([])
}
