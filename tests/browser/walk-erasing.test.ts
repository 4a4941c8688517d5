/** An admin erases a customer, because he asked for it. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page
let bo: Page
let vera: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor", { role: "admin" }))
  bo = await stage.openBrowserOf(await company.hire("Bo Lindqvist"))
  vera = await stage.openBrowser()
  await vera.goto(`${stage.url}/try`)
  await vera.getByRole("button", { name: "Open chat" }).click()
  await vera.getByRole("button", { name: "Start a conversation" }).click()
  await people.say(vera, "Vera asks about valves")
  for (const page of [ada, bo]) {
    await page.goto(`${stage.url}/inbox/unassigned`)
    await people.openConversation(page, "valves")
  }
})
afterAll(() => stage?.close())

test("after a question everything of the customer is gone from every screen, and from the search", async () => {
  await bo.getByRole("complementary", { name: "Customer" }).getByRole("button", { name: "Block" }).waitFor()
  expect(await bo.getByRole("button", { name: "Erase…" }).count()).toBe(0)
  // A colleague is writing to her meanwhile: he is told, and nothing goes out.
  await answerField(bo).fill("Dear Vera")
  await ada.getByRole("button", { name: "Erase…" }).click()
  const dialog = ada.getByRole("dialog", { name: "Erase Lead?" })
  await dialog.getByRole("button", { name: "Keep" }).click()
  await dialog.waitFor({ state: "detached" })
  await row(ada, "valves").waitFor()
  await ada.getByRole("button", { name: "Erase…" }).click()
  await dialog.getByRole("button", { name: "Erase for good" }).click()
  await ada.getByText("Lead is erased.").waitFor()
  for (const page of [ada, bo]) {
    await row(page, "valves").waitFor({ state: "detached" })
    await conversation(page).waitFor({ state: "detached" })
    await page.getByText("There is nothing here that you may see.").waitFor()
  }
  await ada.getByRole("searchbox", { name: "Search" }).fill("valves")
  await ada
    .getByText(/^Nothing/)
    .first()
    .waitFor()
  await ada.goto(`${stage.url}/customers`)
  await ada.getByRole("heading", { name: "Customers" }).waitFor()
  expect(await ada.getByRole("list", { name: "Customers" }).getByRole("listitem").count()).toBe(0)
})

test("who writes again in the same browser is somebody new, and is answered", async () => {
  await people.say(vera, "Vera is back")
  await row(bo, "is back").waitFor()
  await people.openConversation(bo, "is back")
  expect(await log(bo).getByText("valves").count()).toBe(0)
  await people.answer(bo, "Welcome, whoever you are.")
  await log(vera).getByText("Welcome, whoever you are.").waitFor()
})
