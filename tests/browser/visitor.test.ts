import { sql } from "kysely"
import type { BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { placeOfMessage } from "../flows/visitor-client.ts"
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

test("is written, answered live, seen, and there after a reload and on the next page", async () => {
  const page = await shop.enter(context)
  await openChat(page)
  await say(page, "Is the green one in stock?")
  const { id } = await shop.answer("Is the green one in stock?", "Yes, in all sizes.")
  await log(page).getByText("Yes, in all sizes.").waitFor({ timeout: 2_000 })
  await log(page).getByText("Ada ·").waitFor()
  await expect.poll(() => shop.deliveryOf(id), { timeout: 4_000 }).toBe("read")
  await say(page, "Great, thank you")
  const { conversationId } = await placeOfMessage(shop.database, await shop.messageId("Great, thank you"))
  await log(page).getByText("Sent").waitFor()
  await shop.ada.send("POST", `/conversations/${conversationId}/read`, {
    upTo: "2099-01-01T00:00:00.000000Z",
  })
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
  await shop.messageId("And the brown one?")
})

test("has stopped typing when his message is sent", async () => {
  const page = await shop.enter(context)
  const typing: unknown[] = []
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const frame: unknown = JSON.parse(String(payload))
      if (typeof frame === "object" && frame && "isTyping" in frame) typing.push(frame.isTyping)
    }),
  )
  await openChat(page)
  await say(page, "Hello")
  await shop.messageId("Hello")
  await expect.poll(() => page.evaluate(() => document.readyState)).toBe("complete")
  await say(page, "One more thing")
  await shop.messageId("One more thing")
  await expect.poll(() => typing, { timeout: 3_000 }).toEqual([true, false])
})

test("counts what is unread on the launcher until it is seen", async () => {
  const page = await shop.enter(context)
  await openChat(page)
  await say(page, "I will be away a moment")
  await shop.messageId("I will be away a moment")
  await page.getByRole("button", { name: "Close chat" }).click()
  const { id } = await shop.answer("I will be away a moment", "No hurry")
  await expect.poll(() => page.locator("#count").innerText(), { timeout: 3_000 }).toBe("1")
  await expect.poll(() => shop.deliveryOf(id)).toBe("delivered")
  await launcher(page).click()
  await expect.poll(() => shop.deliveryOf(id), { timeout: 4_000 }).toBe("read")
  await page.getByRole("button", { name: "Close chat" }).click()
  expect(await page.locator("#count").isVisible()).toBe(false)
})

test("is one in two tabs", async () => {
  const first = await shop.enter(context)
  const second = await shop.enter(context, "/try/skog")
  await openChat(first)
  await openChat(second)
  await Promise.all([say(first, "from the first tab"), say(second, "from the second tab")])
  await shop.messageId("from the first tab")
  await shop.messageId("from the second tab")
  for (const page of [first, second]) {
    await log(page).getByText("from the first tab").waitFor()
    await log(page).getByText("from the second tab").waitFor()
  }
  expect(await bubbles(first)).toEqual(await bubbles(second))
  await shop.answer("from the first tab", "One of me for two of you")
  for (const page of [first, second]) await log(page).getByText("One of me for two of you").waitFor()
})

test("what is sent in one tab, words and file, does not wait in the other to be sent again", async () => {
  const first = await shop.enter(context)
  const second = await shop.enter(context)
  for (const page of [first, second]) await openChat(page)
  await field(second).fill("Said in the second")
  await say(first, "Said in the first")
  await shop.messageId("Said in the first")
  await field(first).fill("Only once")
  await field(second).press("Enter")
  await log(first).getByText("Said in the second").waitFor()
  expect(await field(first).inputValue()).toBe("Only once")

  const files = (page: Page) => page.getByRole("list", { name: "Attached files" }).getByRole("listitem")
  const choose = (page: Page, name: string) =>
    page
      .locator("input[type=file]")
      .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(name) })
  await choose(first, "left.txt")
  // It has had nothing to do with files so far.
  await expect.poll(() => files(second).count()).toBe(1)
  await second.reload()
  await openChat(second)
  await expect.poll(() => files(second).count()).toBe(1)
  await choose(second, "right.txt")
  await expect.poll(() => files(first).count()).toBe(2)
  expect(await field(second).inputValue()).toBe("Only once")
  await expect.poll(() => first.getByRole("button", { name: "Send message" }).isEnabled()).toBe(true)
  await field(first).press("Enter")
  await shop.messageId("Only once")
  await expect.poll(() => files(second).count()).toBe(0)
  expect(await field(second).inputValue()).toBe("")
  await field(second).press("Enter")
  await say(second, "And on")
  await shop.messageId("And on")
  const said = ["Said in the first", "Said in the second", "Only once"]
  const sent = ["left.txt 1 kB", "right.txt 1 kB"]
  await expect.poll(() => bubbles(first)).toEqual([...said, ...sent, "And on"])
})

test("is one in two tabs, though one of them learns of the other's key late", async () => {
  const first = await shop.enter(context)
  const second = await shop.enter(context, "/try/skog")
  await openChat(first)
  await openChat(second)
  // What a tab writes reaches another process a moment later.
  await second.evaluate((name) => {
    const read = Storage.prototype.getItem
    Storage.prototype.getItem = function (asked) {
      return asked === name ? null : read.call(this, asked)
    }
    addEventListener("parley-storage", () => (Storage.prototype.getItem = read))
  }, `parley:${shop.sourceId}`)
  await say(first, "first with a key")
  const one = await shop.messageId("first with a key")
  const release = await holdLock(first, `parley:${shop.sourceId}`)
  await say(second, "second with a key")
  await second.evaluate(() => dispatchEvent(new Event("parley-storage")))
  await release()
  const other = await shop.messageId("second with a key")
  const places = await Promise.all([one, other].map((id) => placeOfMessage(shop.database, id)))
  expect(places[1]?.conversationId).toBe(places[0]?.conversationId)
})

/** As a third tab that is sending does. */
async function holdLock(page: Page, name: string): Promise<() => Promise<void>> {
  await page.evaluate(
    (lock) =>
      new Promise<void>((held) => {
        void navigator.locks.request(lock, () => {
          held()
          return new Promise((release) => addEventListener("parley-release", release, { once: true }))
        })
      }),
    name,
  )
  return () => page.evaluate(() => void dispatchEvent(new Event("parley-release")))
}

test("what is typed without a network is sent once, in order, when it is back, on the next page too", async () => {
  const page = await shop.enter(context)
  await openChat(page)
  await say(page, "before the cut")
  await shop.messageId("before the cut")
  shop.cable.cut()
  await say(page, "first without network")
  await say(page, "second without network")
  await page.getByText("Offline. What you write is sent when you are back.").waitFor()
  expect(await bubbles(page)).toEqual(["before the cut", "first without network", "second without network"])
  await page.close()

  shop.cable.mend()
  const { rows: early } = await sql`select id from entries where text like '%without network'`.execute(
    shop.database.db,
  )
  expect(early).toEqual([])
  const next = await shop.enter(context, "/try/fjell")
  await shop.messageId("first without network")
  await shop.messageId("second without network")
  await openChat(next)
  await expect
    .poll(() => bubbles(next))
    .toEqual(["before the cut", "first without network", "second without network"])
  await log(next).getByText("Sent").waitFor()
})

test("comes back by itself after a cut, with everything that was missed", async () => {
  const page = await shop.enter(context)
  await openChat(page)
  await say(page, "do not lose me")
  await shop.messageId("do not lose me")
  shop.cable.cut()
  await say(page, "said in the dark")
  await shop.answer("do not lose me", "heard in the dark")
  shop.cable.mend()
  await log(page).getByText("heard in the dark").waitFor({ timeout: 15_000 })
  await shop.messageId("said in the dark")
  expect((await bubbles(page)).toSorted()).toEqual([
    "do not lose me",
    "heard in the dark",
    "said in the dark",
  ])
})

test("a message that is refused stays, with the reason, and can be tried again", async () => {
  const page = await shop.enter(context)
  await openChat(page)
  const refusal = { refusal: "text-too-long", message: "" }
  await page.route("**/messages", (route) => route.fulfill({ status: 400, json: refusal }))
  await say(page, "refused at first")
  await log(page).getByText("Not sent. The text is too long.").waitFor()
  await page.unroute("**/messages")
  await say(page, "another one goes past it")
  await shop.messageId("another one goes past it")
  await log(page).getByRole("button", { name: "Try again" }).click()
  await shop.messageId("refused at first")
})

test("older messages load at the top without moving what is read", async () => {
  const page = await shop.enter(context)
  await openChat(page)
  await say(page, "the latest")
  const id = await shop.messageId("the latest")
  await sql`
    insert into entries (workspace_id, id, conversation_id, at, type, address_id, source_id, text)
    select workspace_id, gen_random_uuid(), conversation_id, at - step * interval '1 minute', 'message', address_id,
           source_id, 'old ' || step
      from entries, generate_series(1, 120) as step where id = ${id}`.execute(shop.database.db)
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
  const page = await shop.enter(context)
  await openChat(page)
  const text = "<img src=x onerror=\"document.title='broken'\"> https://example.com/a?b=c."
  await say(page, text)
  await shop.messageId(text)
  expect(await bubbles(page)).toEqual([text])
  expect(await page.title()).not.toBe("broken")
  expect(await log(page).getByRole("link").getAttribute("href")).toBe("https://example.com/a?b=c")
})
