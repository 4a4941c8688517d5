/** Search: found from anywhere by the key `/`, opened at the message by the keyboard alone, and come back to. */
import { randomBytes } from "node:crypto"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { log } from "../harness/people.ts"
import { expectNothing, SCHEMES } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  await company.write("Vera", { text: "The zeppelin <b>never</b> came" })
  for (let count = 0; count < 15; count++)
    await company.write("Vera", { text: `And another thing, ${count}` })
  await company.write("Wim", { text: "My zeppelin is too small" })
  await receive(company.sync, [
    {
      workspaceId: company.workspaceId,
      sourceId: company.sourceId,
      channel: "web-chat",
      teamId: company.everyoneId,
      addressValue: randomBytes(8).toString("hex"),
      addressDisplay: "",
      profile: { name: "Zeppo Marx" },
      message: { id: newId(), providerId: null, text: "Good evening", claimedAt: null, files: [] },
    },
  ])
  const label = newId()
  await succeed(adas.send("POST", "/labels", { id: label, name: "zebra crossing", color: "teal" }))
  const { lastEntryId } = company.customers.get("Wim") ?? {}
  await succeed(company.act(adas, "Wim", `entries/${lastEntryId}/labels/${label}`, { isOn: true }))
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/unassigned`)
})
afterAll(() => stage?.close())

const box = (page: Page) => page.getByRole("searchbox", { name: "Search" })
const found = (page: Page, what: string) => page.getByRole("list", { name: what }).getByRole("listitem")

test("the key / goes to the box, and what is typed is found with its hits marked", async () => {
  await ada.getByRole("list", { name: "Conversations" }).waitFor()
  await ada.keyboard.press("/")
  await ada.keyboard.type("zepp")
  await found(ada, "Messages").nth(1).waitFor()
  expect(await found(ada, "Messages").locator("mark").allTextContents()).toEqual(["zepp", "zepp"])
  expect(await found(ada, "Messages").last().textContent()).toContain("The zeppelin <b>never</b> came")
  expect(await found(ada, "Customers").allTextContents()).toHaveLength(1)
  await ada.waitForURL(/\/search\?q=zepp$/)
  expect(await ada.title()).toContain("Search")
})

test("by arrows and Enter the conversation opens at the message, and going back brings the results back", async () => {
  await box(ada).press("ArrowDown")
  await ada.keyboard.press("ArrowDown")
  await ada.keyboard.press("ArrowDown")
  await ada.keyboard.press("Enter")
  const first = log(ada).getByRole("article").filter({ hasText: "The zeppelin" })
  await first.waitFor()
  await expect.poll(() => first.isVisible()).toBe(true)
  expect(await box(ada).inputValue()).toBe("zepp")
  await ada.goBack()
  await found(ada, "Messages").nth(1).waitFor()
  expect(await box(ada).inputValue()).toBe("zepp")
})

test("labels are found, and lead to all that carries them", async () => {
  await box(ada).fill("zebra")
  await ada.getByRole("link", { name: "Messages with the label zebra crossing" }).click()
  await found(ada, "Messages").filter({ hasText: "too small" }).waitFor()
  expect(await found(ada, "Messages").count()).toBe(1)
  expect(await box(ada).inputValue()).toBe('label:"zebra crossing"')
})

test("nothing, nonsense, and nothing asked for each say what can be done", async () => {
  await box(ada).fill("qqqqq")
  await ada.getByText("Nothing that you may see has all of this in it.").waitFor()
  await box(ada).fill("zeppelin before:soon")
  await ada.getByText("before:soon is no date. Write it as 2026-03-31, 2026-03 or 2026.").waitFor()
  await box(ada).fill("")
  await ada.getByText("These narrow it:").waitFor()
  expect(await found(ada, "Messages").count()).toBe(0)
})

test("without the network it says so, and goes on by itself", async () => {
  await box(ada).fill("evening")
  await found(ada, "Messages").filter({ hasText: "Good evening" }).waitFor()
  await ada.context().setOffline(true)
  await box(ada).fill("zeppelin")
  await ada.getByText("Search needs the network.").waitFor()
  await ada.context().setOffline(false)
  await found(ada, "Messages").nth(1).waitFor({ timeout: 30_000 })
})

test("on a phone a hit opens the conversation, and its way back leads to the results", async () => {
  const phone = await stage.openBrowserOf(adas)
  await phone.setViewportSize({ width: 390, height: 844 })
  await phone.goto(`${stage.url}/inbox/unassigned`)
  await box(phone).fill("too small")
  await found(phone, "Messages").first().getByRole("link").click()
  await log(phone).getByRole("article").filter({ hasText: "My zeppelin is too small" }).waitFor()
  expect(await box(phone).count()).toBe(0)
  await phone.getByRole("button", { name: "Back to the list" }).click()
  await found(phone, "Messages").first().waitFor()
  expect(await box(phone).inputValue()).toBe("too small")
})

test.each(SCHEMES)("axe finds nothing on any of it, %s", async (colorScheme) => {
  const page = await stage.openBrowserOf(adas, stage.url, { colorScheme, reducedMotion: "reduce" })
  const search = (q: string, words: string) => async () => {
    await page.goto(`${stage.url}/search?q=${encodeURIComponent(q)}`)
    await page.getByText(words).first().waitFor()
  }
  await expectNothing(page, {
    "what is found": search("zepp", "Messages"),
    "what can be asked": search("", "These narrow it:"),
    "what cannot be meant": search("before:soon", "before:soon is no date."),
    nothing: search("qqqqq", "Nothing that you may see has all of this in it."),
  })
})
