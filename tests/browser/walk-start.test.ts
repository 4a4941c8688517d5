/** A conversation that an agent begins: to a phone number, by the button and by `c`, with what can go wrong. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { log, row } from "../harness/people.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let twilio: FakeTwilio
let adas: Colleague
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  twilio = await startFakeTwilio()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor")
  const bos = await company.hire("Bo Lindqvist")
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  await ada.goto(`${stage.url}/inbox/me`)
  await bo.goto(`${stage.url}/inbox/me`)
})
afterAll(async () => {
  await stage?.close()
  await twilio?.stop()
})

const button = (page: Page) => page.getByRole("button", { name: "New conversation" })
const dialog = (page: Page) => page.getByRole("dialog", { name: "New conversation by SMS" })
const field = (page: Page, name: string) => dialog(page).getByRole("textbox", { name })
const send = (page: Page) => dialog(page).getByRole("button", { name: "Send" }).click()

test("without a number to write from there is no button; with one a text is sent and the answer comes back", async () => {
  await people.inbox(ada, "Me").waitFor()
  expect(await button(ada).count()).toBe(0)
  const { accountId, authToken, apiBase } = twilio
  const settings = { channel: "sms", number: "+46700000001", accountId, authToken, apiBase }
  const teamId = company.everyoneId
  await succeed(company.owner.send("POST", "/sources", { name: "Support", teamId, settings }))
  await button(ada).click()
  await send(ada)
  await dialog(ada).getByText("This is not a whole phone number yet.").waitFor()
  await expectNothing(ada, { wrong: async () => undefined })
  await field(ada, "Phone number").fill("070-123 45 67")
  await dialog(ada).getByText("+46 70 123 45 67").waitFor()
  await field(ada, "Message").fill("Your shoes are ready.")
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("c")
  expect(await field(ada, "Message").inputValue()).toBe("Your shoes are ready.")
  await send(ada)
  await log(ada).getByText("Your shoes are ready.").waitFor()
  await row(ada, "Your shoes are ready.").waitFor()
  await expect
    .poll(() => twilio.messages.map(({ to, body }) => `${to}: ${body}`))
    .toEqual(["+46701234567: Your shoes are ready."])
})

test("a colleague who writes to the same number is told whose it is, and keeps his text", async () => {
  await button(bo).click()
  await field(bo, "Phone number").fill("+46701234567")
  await field(bo, "Message").fill("Hello there")
  await send(bo)
  await dialog(bo)
    .getByText(/Ada Okafor/)
    .waitFor()
  expect(await field(bo, "Message").inputValue()).toBe("Hello there")
  expect(twilio.messages).toHaveLength(1)
})
