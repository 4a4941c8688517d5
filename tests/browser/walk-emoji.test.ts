/** Emoji in answers and notes: found by a word, by pointer and keyboard, put where the caret is, remembered. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, log } from "../harness/people.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page
const elsewhere: string[] = []

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  const adas = await company.hire("Ada Okafor", { role: "admin" })
  await company.write("Vera", { text: "Vera is happy" })
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  ada.on("request", (request) => {
    if (!request.url().startsWith(stage.url)) elsewhere.push(request.url())
  })
  await ada.goto(`${stage.url}/inbox/me`)
  await people.openConversation(ada, "is happy")
})
afterAll(() => stage?.close())

const button = (page: Page) => page.getByRole("button", { name: "Emoji" })
const popup = (page: Page) => page.getByRole("dialog", { name: "Emoji" })
const search = (page: Page) => popup(page).getByRole("searchbox", { name: "Find an emoji" })

test("one is found by a word and stands where the caret was; nobody but our own server was asked", async () => {
  await answerField(ada).fill("Great news")
  await answerField(ada).press("Home")
  for (let step = 0; step < 5; step += 1) await answerField(ada).press("ArrowRight")
  await button(ada).click()
  await search(ada).fill("party popper")
  await popup(ada).getByTitle("party popper").click()
  await popup(ada).waitFor({ state: "detached" })
  await ada.keyboard.type("!")
  expect(await answerField(ada).inputValue()).toBe("Great🎉! news")
  expect(elsewhere).toEqual([])
  await answerField(ada).press("Enter")
  await log(ada).getByText("Great🎉! news").waitFor()
})

test("by the keyboard alone, in a note; the last ones are offered first; Escape gives the focus back", async () => {
  await ada.getByRole("switch", { name: "Internal note" }).click()
  const note = ada.getByRole("textbox", { name: "Internal note" })
  await note.fill("Nice ")
  await button(ada).focus()
  await ada.keyboard.press("Enter")
  await search(ada).waitFor()
  await popup(ada).getByRole("group", { name: "Recently used" }).getByRole("button", { name: "🎉" }).waitFor()
  await expectNothing(ada, { emoji: async () => undefined })
  await ada.keyboard.press("Escape")
  await popup(ada).waitFor({ state: "detached" })
  expect(await button(ada).evaluate((element) => element === document.activeElement)).toBe(true)
  await ada.keyboard.press("Enter")
  await search(ada).fill("waving hand")
  await popup(ada).getByTitle("waving hand").waitFor()
  await ada.keyboard.press("Enter")
  await expect.poll(() => note.inputValue()).toBe("Nice 👋")
})
