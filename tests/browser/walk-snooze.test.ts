/** Snoozing: by the menu, by the keyboard and for a chosen time; found again under Snoozed, and back by itself. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { stamp } from "../../server/db/db.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, customerService, log, row } from "../harness/people.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  await company.write("Vera", { text: "Vera will call on Monday" })
  await company.write("Wim", { text: "Wim waits for the parcel" })
  for (const name of ["Vera", "Wim"])
    await succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/me`)
})
afterAll(() => stage?.close())

const menu = (page: Page) => page.getByRole("menu")
const show = async (page: Page, what: "Open" | "Snoozed") => {
  await page.getByRole("button", { name: "Filter" }).click()
  await page.getByRole("menuitemradio", { name: what, exact: true }).click()
  await menu(page).waitFor({ state: "detached" })
}

test("snoozed by the menu it leaves list and badge, stands under Snoozed, and Undo brings it back", async () => {
  await people.openConversation(ada, "on Monday")
  await row(ada, "on Monday").getByRole("link", { name: "Lead", exact: true }).waitFor()
  await conversation(ada).getByRole("button", { name: "Snooze" }).click()
  await ada.getByRole("menuitem", { name: /^Tomorrow/ }).click()
  await row(ada, "on Monday").waitFor({ state: "detached" })
  await people.inbox(ada, "Me, 1").waitFor()
  await conversation(ada)
    .getByText(/^Snoozed until tomorrow 09:00/)
    .waitFor()
  await ada.getByRole("button", { name: "Undo" }).click()
  await row(ada, "on Monday").waitFor()

  await log(ada).focus()
  await ada.keyboard.press("z")
  await ada.getByRole("menuitem", { name: "Until the customer writes" }).waitFor()
  await expectNothing(ada, { snoozing: async () => undefined })
  await ada.getByRole("menuitem", { name: "Until the customer writes" }).click()
  await row(ada, "on Monday").waitFor({ state: "detached" })
  await show(ada, "Snoozed")
  await row(ada, "on Monday").getByText("Snoozed", { exact: true }).waitFor()
  expect(await row(ada, "the parcel").count()).toBe(0)
  await expectNothing(ada, { snoozing: async () => undefined })
  await show(ada, "Open")
  await row(ada, "the parcel").waitFor()
})

test("a customer who writes is back in the list and in the badge", async () => {
  await people.openConversation(ada, "the parcel")
  await customerService(ada, 0).waitFor()
  await company.write("Vera", { text: "Vera has one more question" })
  await row(ada, "one more question").waitFor()
  await customerService(ada, 1).waitFor()
  await people.openConversation(ada, "one more question")
  await log(ada).getByText("Back from being snoozed: the customer wrote").waitFor()
})

test("for a chosen time; one that is past is refused with the reason, and it comes back by itself", async () => {
  await people.openConversation(ada, "the parcel")
  await conversation(ada).getByRole("button", { name: "Snooze" }).click()
  await ada.getByRole("menuitem", { name: "Pick a time…" }).click()
  const dialog = ada.getByRole("dialog", { name: "Snooze until" })
  await dialog.getByLabel("Day and time").fill("2020-01-01T10:00")
  await dialog.getByRole("button", { name: "Snooze" }).click()
  await dialog.getByText("Choose a time that is still to come.").waitFor()
  await expectNothing(ada, { snoozing: async () => undefined })
  await dialog.getByLabel("Day and time").fill("2099-01-01T10:00")
  await dialog.getByRole("button", { name: "Snooze" }).click()
  await dialog.waitFor({ state: "detached" })
  await row(ada, "the parcel").waitFor({ state: "detached" })

  const { lastCustomerEntryId } = await company.see(adas, "Wim")
  const until = stamp(new Date(Date.now() + 2_000))
  await succeed(company.act(adas, "Wim", "snooze", { snooze: { until }, lastCustomerEntryId }))
  await row(ada, "the parcel").waitFor()
  await log(ada).getByText("Back from being snoozed", { exact: false }).waitFor()
})

test("it is snoozed without a network, too, and on a phone", async () => {
  await people.openConversation(ada, "one more question")
  await ada.context().setOffline(true)
  await conversation(ada).getByRole("button", { name: "Snooze" }).click()
  await ada.getByRole("menuitem", { name: "Until the customer writes" }).click()
  await row(ada, "one more question").waitFor({ state: "detached" })
  await ada.context().setOffline(false)
  await expect.poll(async () => (await company.see(adas, "Vera")).snooze).toEqual({ until: null })

  const phone = await stage.openBrowserOf(adas, stage.url, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  await phone.goto(`${stage.url}/conversations/${company.customers.get("Vera")?.conversationId}`)
  await phone.getByRole("button", { name: "Bring back now" }).click()
  await expect.poll(async () => (await company.see(adas, "Vera")).snooze).toBeNull()
  await phone.getByRole("button", { name: "More" }).click()
  await phone.getByRole("menuitem", { name: "Until the customer writes" }).click()
  await expect.poll(async () => (await company.see(adas, "Vera")).snooze).toEqual({ until: null })
})
