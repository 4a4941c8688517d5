/** Who is logged in at a website, in the chat on its pages. */
import { createHmac } from "node:crypto"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { bubbles, field, launcher, log, openChat, openShop, say, type Shop } from "./shop.ts"

let shop: Shop
let secret: string

beforeAll(async () => {
  shop = await openShop()
  const { body } = await shop.ada.send("POST", `/sources/${shop.sourceId}/identity-secret`, {
    change: "make",
  })
  secret = String(body.secret)
})
afterAll(() => shop.close())

function tokenOf(sub: string): string {
  const parts = [{ alg: "HS256" }, { sub, name: sub, exp: Date.now() / 1_000 + 600 }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  )
  return [...parts, createHmac("sha256", secret).update(parts.join(".")).digest("base64url")].join(".")
}

const identify = (page: Page, token: string): Promise<unknown> =>
  page.evaluate(`document.querySelector("parley-chat").identify({ token: ${JSON.stringify(token)} })`)

const reset = (page: Page) => page.evaluate(`document.querySelector("parley-chat").reset()`)
const stored = (page: Page) => page.evaluate(() => Object.keys(localStorage))
const attached = (page: Page) => page.getByRole("list", { name: "Attached files" })
const attach = (page: Page, name: string, bytes: number) =>
  page
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.alloc(bytes, 7) })

/** Answers to what is asked at such an address come when that is said. */
async function hold(page: Page, address: RegExp): Promise<{ asked: Promise<void>; release(): void }> {
  const asked = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  await page.route(address, async (route) => {
    const response = await route.fetch()
    asked.resolve()
    await go.promise
    await route.fulfill({ response })
  })
  return { asked: asked.promise, release: () => go.resolve() }
}

test("what was written before comes along, each browser and tab shows all, and logging out leaves nothing", async () => {
  const laptop = await shop.newContext()
  const page = await shop.enter(laptop)
  const second = await shop.enter(laptop)
  await openChat(page)
  await say(page, "Before I log in")
  await shop.answer("Before I log in", "Hello")
  await page.getByText("Hello", { exact: true }).waitFor()
  expect(await identify(page, tokenOf("Eve"))).toBe("proven")
  await say(page, "After it")
  await shop.messageId("After it")
  const all = ["Before I log in", "Hello", "After it"]
  await expect.poll(() => bubbles(page)).toEqual(all)
  await openChat(second)
  await expect.poll(() => bubbles(second)).toEqual(all)

  const phone = await shop.newContext()
  const other = await shop.enter(phone)
  expect(await identify(other, `${tokenOf("Eve")}x`)).toBe("not-proven")
  expect(await identify(other, tokenOf("Eve"))).toBe("proven")
  await openChat(other)
  await expect.poll(() => bubbles(other)).toEqual(all)
  await say(other, "By phone")
  await page.getByText("By phone").waitFor()

  await field(second).fill("Half a secret")
  await reset(page)
  await expect.poll(() => stored(page)).toEqual([])
  await expect.poll(() => field(second).inputValue()).toBe("")
  await launcher(page).waitFor()
  await expect.poll(async () => (await bubbles(second)).length).toBe(0)
  // Somebody else logs in at the same computer.
  expect(await identify(page, tokenOf("Fay"))).toBe("proven")
  await openChat(page)
  await say(page, "I am Fay")
  await shop.messageId("I am Fay")
  expect(await bubbles(page)).toEqual(["I am Fay"])
  expect(await bubbles(other)).not.toContain("I am Fay")
  await laptop.close()
  await phone.close()
})

test("who wrote at home and, before he logged in, at work has all of it in both, at once", async () => {
  const home = await shop.newContext()
  const at = await shop.enter(home)
  expect(await identify(at, tokenOf("Gil"))).toBe("proven")
  await openChat(at)
  await say(at, "At home")
  await shop.messageId("At home")
  const work = await shop.newContext()
  const other = await shop.enter(work)
  await openChat(other)
  await say(other, "At work")
  await shop.answer("At work", "Who is there?")
  await other.getByText("Who is there?").waitFor()
  expect(await identify(other, tokenOf("Gil"))).toBe("proven")
  const all = ["At home", "At work", "Who is there?"]
  for (const page of [at, other]) await expect.poll(() => bubbles(page)).toEqual(all)
  await say(other, "Gil")
  await at.getByText("Gil", { exact: true }).waitFor()
  await other.reload()
  await openChat(other)
  await expect.poll(() => bubbles(other)).toEqual([...all, "Gil"])
  await home.close()
  await work.close()
})

test("who logs in on the page of another finds none of his words in the field and none of his files", async () => {
  const context = await shop.newContext()
  const page = await shop.enter(context)
  await openChat(page)
  await say(page, "Before I say who I am")
  await shop.messageId("Before I say who I am")
  await field(page).fill("Half a secret")
  await attach(page, "passport.bin", 10)
  await expect.poll(() => page.getByRole("button", { name: "Send message" }).isEnabled()).toBe(true)
  expect(await identify(page, tokenOf("Gus"))).toBe("proven")
  await log(page).getByText("Before I say who I am").waitFor()
  expect(await field(page).inputValue()).toBe("Half a secret")
  await attached(page).getByText("passport.bin").waitFor()

  const part = await hold(page, /\/parts\?/)
  await attach(page, "film.bin", 3_000_000)
  await part.asked
  expect(await identify(page, tokenOf("Hal"))).toBe("proven")
  await attached(page).waitFor({ state: "detached" })
  expect(await field(page).inputValue()).toBe("")
  expect(await bubbles(page)).toEqual([])
  part.release()
  await say(page, "I am Hal")
  await shop.messageId("I am Hal")
  await page.reload()
  await openChat(page)
  await log(page).getByText("I am Hal").waitFor()
  expect(await field(page).inputValue()).toBe("")
  expect(await attached(page).count()).toBe(0)
  expect(await stored(page)).not.toContain(`parley:${shop.sourceId}:files`)
  await context.close()
})

test("what is answered after the log-out is kept for nobody, and the chat is not called offline", async () => {
  const context = await shop.newContext()
  const page = await shop.enter(context)
  expect(await identify(page, tokenOf("Ida"))).toBe("proven")
  await openChat(page)
  await say(page, "Ida was here")
  await log(page).getByText("Sent").waitFor()
  const accepted = await hold(page, /\/messages$/)
  await say(page, "Secret of Ida")
  await accepted.asked
  await reset(page)
  const proven = await hold(page, /\/identify$/)
  const late = identify(page, tokenOf("Ida"))
  accepted.release()
  await proven.asked
  expect(await stored(page)).toEqual([])
  await reset(page)
  proven.release()
  expect(await late).toBe("later")
  expect(await stored(page)).toEqual([])
  await launcher(page).click()
  await page.getByRole("button", { name: "Start a conversation" }).click()
  await log(page).waitFor()
  expect(await bubbles(page)).toEqual([])
  expect(await page.getByText(/offline/i).count()).toBe(0)
  expect(await identify(page, tokenOf("Jon"))).toBe("proven")
  await say(page, "I am Jon")
  await log(page).getByText("Sent").waitFor()
  expect(await bubbles(page)).toEqual(["I am Jon"])
  await context.close()
})

test("older messages that come after the log-out are not shown to the next", async () => {
  const context = await shop.newContext()
  const page = await shop.enter(context)
  expect(await identify(page, tokenOf("Kai"))).toBe("proven")
  await openChat(page)
  await say(page, "Kai 0")
  for (let number = 1; number < 60; number += 1) await shop.answer("Kai 0", `Answer to Kai ${number}`)
  await page.getByText("Answer to Kai 59").waitFor()
  await page.reload()
  await openChat(page)
  await page.getByText("Answer to Kai 59").waitFor()
  const history = await hold(page, /\/history$/)
  await log(page).evaluate((box) => (box.scrollTop = 0))
  await history.asked
  expect(await identify(page, tokenOf("Lea"))).toBe("proven")
  await say(page, "I am Lea")
  const arrived = page.waitForResponse(/\/history$/)
  history.release()
  await (await arrived).finished()
  await log(page).getByText("Sent").waitFor()
  expect(await bubbles(page)).toEqual(["I am Lea"])
  await context.close()
})
