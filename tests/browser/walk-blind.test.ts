/** Somebody who goes on typing while what he types into is taken from under his hands. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  bo = await stage.openBrowserOf(bos)
})
afterAll(() => stage?.close())

const note = (page: Page) => page.getByRole("textbox", { name: "Internal note" })

test("whose team is taken from him while he types does nothing with the letters that follow", async () => {
  const tents = await company.makeTeam([adas, bos], { deliveryMode: "queue" })
  const shop = await company.makeSource(tents)
  await company.write("Vera", { at: shop, text: "Vera asks about tents" })
  await company.write("Wim", { text: "Wim asks about boots" })
  await bo.goto(`${stage.url}/inbox/unassigned`)
  await row(bo, "boots").waitFor()
  await people.openConversation(bo, "tents")
  await answerField(bo).pressSequentially("Dear customer, I just ")
  const out = succeed(company.owner.send("PATCH", `/teams/${tents}`, { memberIds: [adas.agentId] }))
  await bo.keyboard.type("fix everything, relax, jex jex jex jex jex", { delay: 60 })
  await out
  await bo.getByText("There is nothing here that you may see.").waitFor()
  await bo.getByText("What you were writing was not sent:").waitFor()
  await bo.getByText(/^Dear customer, I/).waitFor()
  // Nothing of it was closed, selected or assigned.
  await row(bo, "boots").waitFor()
  expect(await bo.getByRole("toolbar").count()).toBe(0)
  expect(await bo.getByRole("button", { name: "Undo" }).count()).toBe(0)
  // A moment later keys are keys again.
  await bo.waitForTimeout(1_200)
  await bo.keyboard.press("j")
  await bo.keyboard.press("Enter")
  await log(bo).getByText("Wim asks about boots").waitFor()
})

test("a note stays a note, whatever key is pressed beside its field", async () => {
  await people.openConversation(bo, "boots")
  await conversation(bo).getByRole("switch", { name: "Internal note" }).click()
  await note(bo).fill("He never pays")
  await bo.keyboard.press("Escape")
  await bo.keyboard.press("r")
  await expect.poll(() => note(bo).evaluate((field) => field === document.activeElement)).toBe(true)
  expect(await note(bo).inputValue()).toBe("He never pays")
  // By its switch it is turned, because somebody wanted that.
  await conversation(bo).getByRole("switch", { name: "Internal note" }).click()
  await expect.poll(() => answerField(bo).inputValue()).toBe("He never pays")
  await answerField(bo).fill("")
  await bo.keyboard.press("Escape")
  await bo.keyboard.press("n")
  await expect.poll(() => note(bo).evaluate((field) => field === document.activeElement)).toBe(true)
})

test("a name with a space is typed in a menu without choosing who stands first", async () => {
  for (const name of ["Colleague Ann", "Colleague Bert", "Colleague Cleo"]) await company.hire(name)
  await bo.keyboard.press("Escape")
  await conversation(bo).getByRole("button", { name: "Assign", exact: true }).click()
  await bo.getByRole("menu").waitFor()
  await bo.keyboard.type("Colleague Bert 25", { delay: 70 })
  expect(await bo.getByRole("menu").count()).toBe(1)
  await bo.keyboard.press("Escape")
  await bo.getByRole("menu").waitFor({ state: "detached" })
  await conversation(bo).getByText("Nobody’s yet").waitFor()
  // After a pause a space chooses, as ever.
  await conversation(bo).getByRole("button", { name: "Assign", exact: true }).click()
  await bo.getByRole("menuitem", { name: /^To me/ }).focus()
  await bo.waitForTimeout(800)
  await bo.keyboard.press(" ")
  await conversation(bo).getByText("Assigned to you").waitFor()
})
