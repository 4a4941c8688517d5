/** Drafts on two devices of one agent: they follow, are offered where both wrote, and are gone where one is sent. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField } from "../harness/people.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let laptop: Page
let phone: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  await company.write("Vera", { text: "Vera asks for the price" })
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  laptop = await stage.openBrowserOf(adas)
  phone = await stage.openBrowserOf(adas)
  for (const page of [laptop, phone]) {
    await page.goto(`${stage.url}/inbox/me`)
    await people.openConversation(page, "the price")
  }
})
afterAll(() => stage?.close())

const shows = (page: Page, text: string) => expect.poll(() => answerField(page).inputValue()).toBe(text)
const offer = (page: Page) => page.getByText("On another device you wrote:")

test("what is typed on one is on the other, and what is sent there is gone here", async () => {
  await answerField(laptop).pressSequentially("It costs")
  await shows(phone, "It costs")
  await answerField(phone).pressSequentially(" 10")
  await answerField(laptop).blur()
  await shows(laptop, "It costs 10")
  await answerField(phone).press("Enter")
  await shows(laptop, "")
  await people.log(laptop).getByText("It costs 10").waitFor()
  await laptop.reload()
  await people.log(laptop).getByText("It costs 10").waitFor()
  await shows(laptop, "")
})

test("what both wrote is lost on neither: the other's is offered, never put under the caret", async () => {
  await answerField(phone).blur()
  await laptop.context().setOffline(true)
  await answerField(laptop).pressSequentially("from the laptop")
  await answerField(phone).pressSequentially("from the phone")
  await expect.poll(() => phone.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA")
  await laptop.waitForTimeout(2_500)
  await laptop.context().setOffline(false)
  await offer(laptop).waitFor()
  await shows(laptop, "from the laptop")
  await shows(phone, "from the phone")
  await expectNothing(laptop, { offered: async () => undefined })
  await laptop.getByRole("button", { name: "Use it" }).click()
  await shows(laptop, "from the laptop\n\nfrom the phone")
  await offer(laptop).waitFor({ state: "detached" })
  await answerField(phone).blur()
  await shows(phone, "from the laptop\n\nfrom the phone")
  // Typed offline and the window reloaded: it is on this disk, and goes on.
  await phone.context().setOffline(true)
  await answerField(phone).fill("only this")
  await phone.waitForTimeout(600)
  await phone.reload()
  await shows(phone, "only this")
  await phone.context().setOffline(false)
  await answerField(laptop).blur()
  await shows(laptop, "only this")
})

test("a note's draft stays a note", async () => {
  await answerField(phone).fill("")
  await shows(laptop, "")
  await phone.getByRole("switch", { name: "Internal note" }).click()
  await phone.getByRole("textbox", { name: "Internal note" }).pressSequentially("for us alone")
  await expect
    .poll(() => laptop.getByRole("textbox", { name: "Internal note" }).inputValue())
    .toBe("for us alone")
})
