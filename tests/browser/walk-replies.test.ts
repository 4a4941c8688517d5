/** Saved replies: made in Settings, found by a slash, filled in, counted. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, log } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  const adas = await company.hire("Ada Okafor", { role: "admin" })
  await company.write("Vera", { text: "Vera asks about boots" })
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/me`)
})
afterAll(() => stage?.close())

const option = (name: string) =>
  ada.getByRole("listbox", { name: "Saved replies" }).getByRole("option").filter({ hasText: name })

test("one is made in Settings and put into an answer by the keyboard alone", async () => {
  await people.openSettings(ada, "Saved replies")
  for (const [name, text] of [
    ["Opening hours", "Hello {customer.first}, {company} is open from 9 to 17.\n{agent.first}"],
    ["Shipping", "It takes two days."],
  ] as const) {
    await ada.getByRole("button", { name: "New reply" }).click()
    await ada.getByRole("textbox", { name: "Name" }).fill(name)
    await ada.getByRole("textbox", { name: "Text" }).fill(text)
    await ada.getByRole("button", { name: "Save" }).click()
    await ada.getByRole("listitem").filter({ hasText: name }).waitFor()
  }
  await people.leaveSettings(ada)
  await people.openConversation(ada, "boots")
  await answerField(ada).pressSequentially("One moment. /ho")
  await option("Opening hours").waitFor()
  expect(await ada.getByRole("option").count()).toBe(1)
  await ada.keyboard.press("Enter")
  const filled = "One moment. Hello, Acme is open from 9 to 17.\nAda"
  expect(await answerField(ada).inputValue()).toBe(filled)
  await ada.keyboard.press("Enter")
  await log(ada).getByText("is open from 9 to 17").waitFor()
  await people.openSettings(ada, "Saved replies")
  await ada.getByRole("listitem").filter({ hasText: "Opening hours" }).getByText("sent 1 time").waitFor()
})

test("by the mouse, by a word of the text, and put away by Escape without losing what was typed", async () => {
  await people.leaveSettings(ada)
  await people.openConversation(ada, "open from 9")
  await answerField(ada).pressSequentially("/days")
  await option("Shipping").click()
  expect(await answerField(ada).inputValue()).toBe("It takes two days.")
  await answerField(ada).fill("")
  await answerField(ada).pressSequentially("and/or 1 /")
  await option("Shipping").waitFor()
  await ada.keyboard.press("Escape")
  await option("Shipping").waitFor({ state: "detached" })
  expect(await answerField(ada).inputValue()).toBe("and/or 1 /")
  // In a note a slash is a slash.
  await answerField(ada).fill("")
  await people.note(ada, async (field) => {
    await field.pressSequentially("/")
    await ada.waitForTimeout(300)
    expect(await option("Shipping").count()).toBe(0)
    await field.pressSequentially("shipping")
  })
})

test("a deletion can be undone", async () => {
  await people.openSettings(ada, "Saved replies")
  const line = ada.getByRole("listitem").filter({ hasText: "Shipping" })
  await line.getByRole("button", { name: "Delete" }).click()
  await line.waitFor({ state: "detached" })
  await ada.getByRole("button", { name: "Undo" }).click()
  await line.waitFor()
})
