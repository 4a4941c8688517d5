/** A note's thread: answered from Mentions, live on both sides, on the phone, by the keyboard, and drafts of its own. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, log } from "../harness/people.ts"
import { PHONE } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let ada: Page
let bo: Page
const asked = newId()
let shop: string

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor")
  bos = await company.hire("Bo Lindqvist")
  const sales = await company.makeTeam([adas], { deliveryMode: "queue" })
  shop = await company.makeSource(sales)
  await company.write("Vera", { text: "Vera asks for the invoice", at: shop })
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  const text = `@{agent:${bos.agentId}} is it paid?`
  await succeed(company.act(adas, "Vera", "notes", { id: asked, text }))
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/me`)
  await people.openConversation(ada, "is it paid?")
})
afterAll(() => stage?.close())

const thread = (page: Page) => page.getByRole("log", { name: "Notes of this thread" })
const threadField = (page: Page) => page.getByRole("textbox", { name: "Answer in the thread" })

test("who is mentioned answers in the thread from his Mentions, and its author sees it come and is mentioned", async () => {
  bo = await stage.openBrowserOf(bos)
  await bo.goto(`${stage.url}/inbox/mentions`)
  await people.openConversation(bo, "is it paid?")
  await log(bo).getByRole("button", { name: "Answer", exact: true }).click()
  await thread(bo).getByText("is it paid?").waitFor()
  await threadField(bo).pressSequentially("Since Monday")
  await threadField(bo).press("Enter")
  await thread(bo).getByText("Since Monday").waitFor()
  await log(ada).getByText("Answer to the note, by Bo Lindqvist").waitFor()
  await log(ada)
    .getByRole("button", { name: /^1 answer/ })
    .click()
  await thread(ada).getByText("Since Monday").waitFor()
  await threadField(ada).fill("Then we send it")
  await threadField(ada).press("Enter")
  await thread(bo).getByText("Then we send it").waitFor()
  await log(bo)
    .getByRole("button", { name: /^2 answers/ })
    .waitFor()
})

test("an answer that stands apart from its note says what it answers, and leads to the thread", async () => {
  await company.write("Vera", { text: "Are you there?", at: shop })
  await log(ada).getByText("Are you there?").waitFor()
  await succeed(company.act(bos, "Vera", "notes", { text: "Sent it", thread: asked }))
  await log(ada)
    .getByRole("button", { name: /^In answer to Ada Okafor: @Bo Lindqvist is it paid/ })
    .waitFor()
  await ada.getByRole("complementary", { name: "Thread" }).getByRole("button", { name: "Dismiss" }).click()
  await thread(ada).waitFor({ state: "detached" })
  await log(ada)
    .getByRole("button", { name: /^In answer to/ })
    .click()
  await thread(ada).getByText("Sent it").waitFor()
})

test("what is typed in a thread is its own draft, over a reload and on another device, and no answer to the customer", async () => {
  await threadField(ada).fill("Only half a th")
  await answerField(ada).fill("Dear Vera")
  await ada.waitForTimeout(1_500)
  await ada.reload()
  expect(await answerField(ada).inputValue()).toBe("Dear Vera")
  const phone = await stage.openBrowserOf(adas, undefined, PHONE)
  await phone.goto(`${stage.url}/inbox/me`)
  await people.openConversation(phone, "Sent it")
  await log(phone)
    .getByRole("button", { name: /^In answer to/ })
    .click()
  await expect.poll(() => threadField(phone).inputValue()).toBe("Only half a th")
  await threadField(phone).fill("All of it")
  await phone
    .getByRole("dialog", { name: "Thread" })
    .getByRole("button", { name: "Send", exact: true })
    .click()
  await thread(phone).getByText("All of it").waitFor()
  // Sent there, it is gone here.
  await log(ada).getByText("All of it", { exact: true }).waitFor()
  await log(ada)
    .getByRole("button", { name: /^In answer to/ })
    .last()
    .click()
  await expect.poll(() => threadField(ada).inputValue()).toBe("")
})

test("by the keyboard: t opens the latest note's thread, Escape goes back, and offline an answer waits", async () => {
  await ada.keyboard.press("Escape")
  await thread(ada).waitFor({ state: "detached" })
  await log(ada).focus()
  await ada.keyboard.press("t")
  await threadField(ada).waitFor()
  await expect.poll(() => threadField(ada).evaluate((field) => field === document.activeElement)).toBe(true)
  await stage.restart(async () => {
    await ada.keyboard.type("Written meanwhile")
    await ada.keyboard.press("Enter")
    await thread(ada).getByText("Written meanwhile").waitFor()
  })
  await thread(bo).getByText("Written meanwhile").waitFor()
  expect(await conversation(ada).count()).toBe(1)
})
