/** The desk in windows of every width: whatever is beside it, a conversation can be read, answered and closed. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { SECTIONS } from "../../desk/actions/catalogue.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { PHONE } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

const WIDTHS = [768, 834, 879, 880, 900, 1_024, 1_100, 1_160, 1_180, 1_280, 1_366]
/** From here on the buttons are beside the name; below, in the phone's menu. */
const TABLET = 880

let stage: Stage
let ada: Colleague
let link: string
beforeAll(async () => {
  stage = await openStage()
  const company: Company = await stage.fill()
  ada = await company.hire("Ada Okafor", { role: "admin" })
  const bo = await company.hire("Bo Lindqvist")
  await company.write("Vera", { text: "Vera asks" })
  await succeed(company.act(bo, "Vera", "notes", { text: `@{agent:${ada.agentId}} she asked before.` }))
  link = `${stage.url}/conversations/${(await company.see(ada, "Vera")).id}`
  const atWork = await stage.openBrowserOf(bo)
  await atWork.goto(link)
  await atWork.getByRole("log").waitFor()
})
afterAll(() => stage?.close())

/** What of these buttons does not get a click at each of its ends, and how far the page scrolls sideways. */
async function outOfReach(page: Page, names: string[]): Promise<string[]> {
  return page.evaluate((wanted) => {
    const buttons = [...document.querySelectorAll("main button")]
    const missed = wanted.filter((name) => {
      const button = buttons.find((one) => [one.getAttribute("aria-label"), one.textContent].includes(name))
      if (!button) return true
      const { left, right, top, height } = button.getBoundingClientRect()
      return ![left + 3, (left + right) / 2, right - 3].every((x) =>
        button.contains(document.elementFromPoint(x, top + height / 2)),
      )
    })
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth > clientWidth ? [...missed, `wider by ${scrollWidth - clientWidth}`] : missed
  }, names)
}

const LANGUAGES = [
  { locale: "en", close: "Close", assign: "Assign", send: "Send", more: "More", done: "Done" },
  { locale: "de", close: "Schließen", assign: "Zuweisen", send: "Senden", more: "Mehr", done: "Erledigt" },
]

describe.each(LANGUAGES)("$locale", ({ locale, close, assign, send, more, done }) => {
  test.each([
    { how: "by mouse", hasTouch: false, listWidth: "" },
    { how: "by finger", hasTouch: true, listWidth: "" },
    { how: "with the list as wide as it goes", hasTouch: false, listWidth: "520" },
  ])("Close, Assign and Send are within reach, $how", async ({ hasTouch, listWidth }) => {
    const page = await stage.openBrowserOf(ada, stage.url, { locale, hasTouch, isMobile: hasTouch })
    await page.addInitScript((kept) => localStorage.setItem("parley-list-width", kept), listWidth)
    const found: Record<number, string[]> = {}
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(link)
      await page.getByRole("log").getByRole("article").last().waitFor()
      await page.getByRole("img", { name: "Bo Lindqvist" }).first().waitFor()
      const name = await page.getByRole("heading", { level: 1, name: /Vera|Lead/ }).boundingBox()
      found[width] = await outOfReach(page, width < TABLET ? [more, send] : [done, assign, close, send])
      if ((name?.width ?? 0) < 60) found[width].push(`a name of ${name?.width} pixels`)
    }
    await page.context().close()
    expect(found).toEqual(Object.fromEntries(WIDTHS.map((width) => [width, []])))
  })
})

/** What of the open page of Settings is beyond either side of the screen; the sections are a row to be scrolled. */
async function beyond(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const column = document.querySelector("main h1")?.parentElement
    const out = [...(column?.querySelectorAll("*") ?? [])].filter((element) => {
      const { left, right } = element.getBoundingClientRect()
      return left < 0 || right > innerWidth
    })
    return out.map(({ tagName, textContent }) => `${tagName} ${textContent.slice(0, 40)}`)
  })
}

/** Of the longest words, and from right to left. */
const HARDEST = ["de", "ar"]

test.each(HARDEST)("on a phone no page of Settings is wider than the screen, %s", async (locale) => {
  const page = await stage.openBrowserOf(ada, stage.url, { ...PHONE, locale })
  const found: Record<string, string[]> = {}
  for (const section of SECTIONS) {
    await page.goto(`${stage.url}/settings/${section}`)
    await page.locator("main h1").waitFor()
    await page.waitForTimeout(500)
    found[section] = await beyond(page)
  }
  await page.context().close()
  expect(found).toEqual(Object.fromEntries(SECTIONS.map((section) => [section, []])))
})
