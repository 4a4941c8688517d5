/** Two customers are one person: found, looked at before, merged, seen by a colleague, and two again. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, log, row } from "../harness/people.ts"
import { expectNothing, PHONE } from "./axe.ts"
import { layCable, type Cable } from "./cable.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let cable: Cable
let ada: Page
/** Reaches the server through the cable. */
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  cable = await layCable(stage.url)
  await company.write("Vera", { text: "Vera wants her money back" })
  await company.write("Somebody", { text: "It is me again, from my phone" })
  await succeed(company.act(adas, "Vera", "customer", { name: "Vera Lund" }))
  await succeed(company.act(adas, "Somebody", "customer", { name: "V. Lund" }))
  await succeed(company.act(adas, "Vera", "customer/fields", { name: "Plan", value: "Pro" }))
  await succeed(company.act(adas, "Somebody", "customer/fields", { name: "Plan", value: "Basic" }))
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos, cable.url)
  await ada.goto(stage.url)
  await bo.goto(cable.url)
  for (const page of [ada, bo]) await people.openInbox(page, "Everyone")
})
afterAll(async () => {
  await stage?.close()
  await cable?.close()
})

const panel = (page: Page) => page.getByRole("complementary", { name: "Customer" })
const dialog = (page: Page) => page.getByRole("dialog", { name: "Merge with another customer" })

test("an agent sees what will be, merges, and a colleague has one conversation", async () => {
  await people.openConversation(ada, "money back")
  await people.openConversation(bo, "from my phone")
  await panel(ada).getByRole("button", { name: "Merge with…" }).click()
  await dialog(ada).getByRole("textbox", { name: "Find the other customer" }).fill("v. lu")
  const found = dialog(ada).getByRole("list", { name: "Customers" })
  await found.getByRole("button", { name: "V. Lund" }).click()
  await dialog(ada).getByRole("region", { name: "Becomes part of it" }).getByText("from my phone").waitFor()
  const after = dialog(ada).getByRole("region", { name: "Afterwards" })
  await after.getByText("Vera Lund").waitFor()
  await after.getByText("Plan: Basic").waitFor()
  await expectNothing(ada, { preview: async () => undefined })
  await dialog(ada).getByRole("button", { name: "Merge", exact: true }).click()
  await dialog(ada).waitFor({ state: "detached" })
  for (const page of [ada, bo]) {
    await log(page).getByText("Vera wants her money back").waitFor()
    await log(page).getByText("It is me again, from my phone").waitFor()
    await log(page).getByText("merged V. Lund into this customer, of whom was noted: Plan: Basic").waitFor()
  }
  await people.openInbox(bo, "Everyone")
  expect(await bo.getByRole("list", { name: "Conversations" }).getByRole("listitem").count()).toBe(1)
})

test("undone they are two again, each with what he wrote since", async () => {
  await company.write("Vera", { text: "Vera asks again" })
  await company.write("Somebody", { text: "And my phone, too" })
  await log(ada).getByText("And my phone, too").waitFor()
  await log(ada).getByRole("button", { name: "Undo the merge" }).click()
  await log(ada).getByText("And my phone, too").waitFor({ state: "detached" })
  await log(ada).getByText("It is me again, from my phone").waitFor({ state: "detached" })
  await log(ada).getByText("Vera asks again").waitFor()
  await row(bo, "And my phone, too").waitFor()
  await people.openConversation(bo, "And my phone, too")
  await log(bo).getByText("It is me again, from my phone").waitFor()
  expect(await log(bo).getByText("Vera asks again").count()).toBe(0)
})

const mergeBy = (into: string, other: string) =>
  succeed(company.act(adas, into, "merges", { otherId: company.customers.get(other)?.conversationId }))

test("of several merges only the last can be undone, and the one before when that is", async () => {
  for (const name of ["Ines", "Ines again", "Ines at work"])
    await company.write(name, { text: `${name} needs new laces` })
  await mergeBy("Ines", "Ines again")
  await people.openConversation(ada, "Ines again needs new laces")
  const undo = log(ada).getByRole("button", { name: "Undo the merge" })
  await undo.waitFor()
  await mergeBy("Ines", "Ines at work")
  await log(ada).getByText("Ines at work needs new laces").waitFor()
  expect(
    await log(ada)
      .getByText(/^Ada Okafor merged|^You merged/)
      .count(),
  ).toBe(2)
  expect(await undo.count()).toBe(1)
  await undo.click()
  await log(ada).getByText("Ines at work needs new laces").waitFor({ state: "detached" })
  await undo.click()
  await log(ada).getByText("Ines again needs new laces").waitFor({ state: "detached" })
  expect(await undo.count()).toBe(0)
})

test("what was being written to the merged one is in the composer of the other", async () => {
  await company.write("Jon", { text: "Jon has a leaking tent" })
  await company.write("Jon again", { text: "Jon wonders whether it can be mended" })
  await people.openConversation(bo, "Jon wonders whether it can be mended")
  cable.cut()
  await answerField(bo).fill("Bring it by, we")
  await mergeBy("Jon", "Jon again")
  cable.mend()
  await log(bo).getByText("Jon has a leaking tent").waitFor({ timeout: 40_000 })
  await expect.poll(() => answerField(bo).inputValue()).toBe("Bring it by, we")
  await people.answer(bo, "Bring it by, we mend it.")
  await log(bo).getByText("Bring it by, we mend it.").waitFor()
  expect(await answerField(bo).inputValue()).toBe("")
})

test("an answer to the merged one that is refused is a draft where he is now, also after a reload", async () => {
  await company.write("Kim", { text: "Kim bought a rope" })
  await company.write("Kim again", { text: "Kim asks how long it is" })
  await people.openConversation(bo, "Kim asks how long it is")
  cable.cut()
  await people.answer(bo, "Sixty metres.")
  await mergeBy("Kim", "Kim again")
  await succeed(company.answer(adas, "Kim", undefined, "It is seventy metres long."))
  cable.mend()
  await log(bo).getByText("It is seventy metres long.").waitFor({ timeout: 40_000 })
  await conversation(bo)
    .getByText(/^Not sent\. /)
    .waitFor()
  await expect.poll(() => answerField(bo).inputValue()).toBe("Sixty metres.")
  expect(await log(bo).getByText("Sixty metres.").count()).toBe(0)
  await bo.reload()
  await expect.poll(() => answerField(bo).inputValue()).toBe("Sixty metres.")
  await conversation(bo).getByRole("button", { name: "Send", exact: true }).click()
  await log(bo).getByText("Sixty metres.").waitFor()
  const texts = (await company.timeline(adas, "Kim")).flatMap(({ body }) =>
    "text" in body ? [body.text] : [],
  )
  expect(texts.filter((text) => text === "Sixty metres.")).toHaveLength(1)
})

test("among hundreds somebody with a very long name is found, on a phone, and breaks nothing", async () => {
  for (let count = 0; count < 120; count += 1) await company.write(`Visitor ${count}`)
  const name = "Wolfeschlegelsteinhausenbergerdorff".repeat(3).slice(0, 80)
  await company.write("Long", { text: "So".repeat(200) })
  await succeed(company.act(adas, "Long", "customer", { name }))
  await succeed(company.act(adas, "Long", "customer/fields", { name: "Plan", value: "X".repeat(300) }))
  const phone = await stage.openBrowserOf(adas, stage.url, PHONE)
  await phone.goto(`${stage.url}/inbox/all/${company.customers.get("Visitor 1")?.conversationId}`)
  await phone.getByRole("button", { name: "Customer information" }).tap()
  await phone.getByRole("button", { name: "Merge with…" }).tap()
  await dialog(phone)
    .getByText(/^There are more than these/)
    .waitFor()
  await expectNothing(phone, { choice: async () => undefined })
  await dialog(phone).getByRole("textbox", { name: "Find the other customer" }).fill("wolfe")
  const found = dialog(phone).getByRole("list", { name: "Customers" }).getByRole("button")
  await expect.poll(() => found.count()).toBe(1)
  await found.tap()
  await dialog(phone).getByRole("region", { name: "Afterwards" }).waitFor()
  await expectNothing(phone, { preview: async () => undefined })
  expect(await dialog(phone).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  await dialog(phone).getByRole("button", { name: "Merge", exact: true }).tap()
  await dialog(phone).waitFor({ state: "detached" })
  await log(phone).getByText("merged").waitFor()
  // Two addresses to choose from, and everything still has room beside them.
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.viewport.width)
})
