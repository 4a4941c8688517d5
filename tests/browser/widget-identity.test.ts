/** Who is logged in at a website, in the chat on its pages. */
import { createHmac } from "node:crypto"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { bubbles, launcher, openChat, openShop, say, type Shop } from "./shop.ts"

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

  await page.evaluate(`document.querySelector("parley-chat").reset()`)
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage))).toEqual([])
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
