/** Light marks are shown as what they mean on both sides, stay what was typed, and never become anything that runs. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, log, messageField } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let visitor: Page
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  const adas = await company.hire("Ada Okafor", { role: "admin" })
  visitor = await stage.openBrowser()
  await people.openShop(visitor, stage.url)
  await people.openChat(visitor)
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/unassigned`)
})
afterAll(() => stage?.close())

test("what a visitor marks is bold and a list on both sides, and a web address can be clicked", async () => {
  const text = "I *really* need:\n- the _red_ one\n- https://shop.example/a_b_c\nThanks"
  await messageField(visitor).fill(text)
  await messageField(visitor).press("Enter")
  await people.openConversation(ada, "really")
  for (const page of [visitor, ada]) {
    await log(page)
      .getByRole("strong")
      .or(log(page).locator("b"))
      .getByText("really", { exact: true })
      .waitFor()
    expect(await log(page).getByRole("listitem").allInnerTexts()).toEqual(
      expect.arrayContaining(["the red one", "https://shop.example/a_b_c"]),
    )
    const link = log(page).getByRole("link", { name: "https://shop.example/a_b_c" })
    expect(await link.getAttribute("rel")).toContain("noopener")
  }
})

test("an agent marks what is selected by the keyboard, and what was typed is what is kept", async () => {
  await answerField(ada).fill("Sent today")
  await answerField(ada).press("Control+a")
  await answerField(ada).press("Control+b")
  await expect.poll(() => answerField(ada).inputValue()).toBe("*Sent today*")
  // However soon one key follows the other, before the screen was painted in between.
  await answerField(ada).evaluate((field) => {
    const key = { key: "b", ctrlKey: true, bubbles: true, cancelable: true }
    for (let times = 0; times < 2; times++) field.dispatchEvent(new KeyboardEvent("keydown", key))
  })
  await expect.poll(() => answerField(ada).inputValue()).toBe("*Sent today*")
  await answerField(ada).press("Control+b")
  await expect.poll(() => answerField(ada).inputValue()).toBe("Sent today")
  await answerField(ada).press("Control+b")
  await expect.poll(() => answerField(ada).inputValue()).toBe("*Sent today*")
  await answerField(ada).press("Enter")
  await log(visitor).locator("b").getByText("Sent today", { exact: true }).waitFor()
})

test("nothing a stranger writes becomes an element or runs, and what only looks like marks is left alone", async () => {
  const hostile =
    '*<img src=x onerror="window.ran=1">* [click](javascript:window.ran=1) 5*3*2 snake_case_name'
  await messageField(visitor).fill(hostile)
  await messageField(visitor).press("Enter")
  for (const page of [visitor, ada]) {
    await log(page).getByText('<img src=x onerror="window.ran=1">', { exact: true }).waitFor()
    await log(page).getByText("[click](javascript:window.ran=1) 5*3*2 snake_case_name").waitFor()
    expect(await log(page).locator("img, a[href^=javascript]").count()).toBe(0)
    expect(await page.evaluate(() => "ran" in window)).toBe(false)
  }
})
