import { AxeBuilder } from "@axe-core/playwright"
import { sql } from "kysely"
import type { BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { bubbles, field, launcher, log, openChat, openShop, say, type Shop } from "./shop.ts"

let shop: Shop
let context: BrowserContext

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.close())

beforeEach(async () => {
  context = await shop.newContext()
})

afterEach(async () => {
  shop.cable.mend()
  await context.close()
})

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
    await page.goto(`${shop.cable.url}/try`)
    await launcher(page).waitFor()
    await page.waitForTimeout(1_500)
    expect(used.asked).toEqual([`${shop.cable.url}/w/${shop.sourceId}.js`])
    expect(await used.bytes()).toBeLessThanOrEqual(5 * 1024)
    expect(used.sockets).toEqual([])
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] })
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  })

  test("until the first message is sent: at most 30 KB, and no socket before it", async () => {
    const page = await context.newPage()
    const used = meter(page)
    await page.goto(`${shop.cable.url}/try`)
    await openChat(page)
    await page.getByRole("button", { name: "Start a conversation" }).click()
    expect(used.sockets).toEqual([])
    expect((await context.storageState()).origins).toEqual([])
    await say(page, "What does this cost?")
    await shop.messageId("What does this cost?")
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
    await page.goto(`${shop.cable.url}/try`)
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

  test("a page with strange styles does not change how it looks", async () => {
    const page = await shop.enter(context)
    const plain = await launcher(page).boundingBox()
    await page.addStyleTag({
      content:
        "body *, parley-chat { all: unset !important; letter-spacing: 9px !important; transform: rotate(3deg) !important }",
    })
    expect(await launcher(page).boundingBox()).toEqual(plain)
    await openChat(page)
    const spacing = await field(page).evaluate((area) => getComputedStyle(area).letterSpacing)
    expect(spacing).toBe("normal")
  })
})

describe("the proactive message", () => {
  beforeEach(async () => {
    const proactive = { text: "Unsure about the size?", afterSeconds: 1 }
    await shop.ada.send("PATCH", `/sources/${shop.sourceId}`, {
      settings: { channel: "web-chat", proactive },
    })
    // The loader is made anew every three seconds.
    await new Promise((resolve) => setTimeout(resolve, 3_100))
  })
  afterEach(async () => {
    await shop.ada.send("PATCH", `/sources/${shop.sourceId}`, {
      settings: { channel: "web-chat", proactive: null },
    })
    await new Promise((resolve) => setTimeout(resolve, 3_100))
  })

  test("can be answered at once, without opening anything", async () => {
    const page = await shop.enter(context)
    const card = page.getByRole("region", { name: "Message from Acme" })
    await card.getByText("Unsure about the size?").waitFor()
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true)
    await card.getByRole("textbox", { name: "Message" }).fill("Yes, between 42 and 43")
    await card.getByRole("button", { name: "Send message" }).click()
    const answerId = await shop.messageId("Yes, between 42 and 43")
    await log(page).getByText("Yes, between 42 and 43").waitFor()
    // Whoever reads this answer at the desk sees what it answers.
    const { rows } = await sql<{ asked: string }>`
      select said.event ->> 'text' as asked from entries answer
        join entries said on said.conversation_id = answer.conversation_id and said.at < answer.at
       where answer.id = ${answerId} and said.event ->> 'what' = 'spoke-first'`.execute(shop.database.db)
    expect(rows).toEqual([{ asked: "Unsure about the size?" }])
    expect(await card.count()).toBe(0)
  })

  test("two Enters before the chat is there are one message", async () => {
    const page = await context.newPage()
    const go = Promise.withResolvers<void>()
    await page.route(/\/panel[^/]*\.js/, async (route) => {
      await go.promise
      await route.continue()
    })
    await page.goto(`${shop.cable.url}/try`)
    const answer = page.getByRole("region", { name: "Message from Acme" }).getByRole("textbox")
    await answer.fill("Are they too small?")
    await answer.press("Enter")
    await answer.press("Enter")
    go.resolve()
    await log(page).getByText("Sent").waitFor()
    expect(await bubbles(page)).toEqual(["Are they too small?"])
  })

  test("dismissed, it stays away", async () => {
    const page = await shop.enter(context)
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
      context = await shop.newContext({ colorScheme: scheme })
      const page = await shop.enter(context)
      await openChat(page)
      await page.waitForTimeout(300)
      await expectAccessible(page)
      await say(page, `Hello from the ${scheme} side`)
      await shop.answer(`Hello from the ${scheme} side`, "Good to see you")
      await log(page).getByText("Good to see you").waitFor()
      await page.waitForTimeout(300)
      await expectAccessible(page)
    })

  test("the keyboard opens, writes and closes, and focus returns to the launcher", async () => {
    const page = await shop.enter(context)
    await launcher(page).focus()
    await page.keyboard.press("Enter")
    await field(page).waitFor()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await shop.messageId("one\ntwo")
    await page.keyboard.press("Escape")
    await launcher(page).waitFor()
    const focused = await page.evaluate(() =>
      document.querySelector("parley-chat")?.shadowRoot?.activeElement?.getAttribute("aria-label"),
    )
    expect(focused).toBe("Open chat")
  })

  test("on a phone it fills the screen, and one button closes it", async () => {
    await context.close()
    context = await shop.newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const page = await shop.enter(context)
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
