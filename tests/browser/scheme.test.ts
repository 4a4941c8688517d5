/** Light or dark by choice, on this device, from the first painted picture on. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { inbox } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

const DARK = "rgb(16, 17, 19)"
const LIGHT = "rgb(246, 246, 244)"

let stage: Stage
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  const company = await stage.fill()
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor"), stage.url, { colorScheme: "light" })
  await ada.goto(stage.url)
  await inbox(ada, "Me").waitFor()
})
afterAll(() => stage?.close())

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
/** Of the bar around the page, as the browser picks it. */
const bar = (page: Page) =>
  page.evaluate(() => {
    const metas = [...document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")]
    return metas.find(({ media }) => matchMedia(media).matches)?.content
  })

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("button", { name: "Ada Okafor" }).click()
  await page.getByRole("menuitemradio", { name }).click()
}

test("what is chosen is shown at once, in every window of the device, and kept", async () => {
  const other = await ada.context().newPage()
  await other.goto(stage.url)
  await inbox(other, "Me").waitFor()
  expect(await ground(ada)).toBe(LIGHT)
  await choose(ada, "Dark")
  expect(await ground(ada)).toBe(DARK)
  expect(await bar(ada)).toBe("#101113")
  await expect.poll(() => ground(other)).toBe(DARK)
  await ada.reload()
  await inbox(ada, "Me").waitFor()
  expect(await ground(ada)).toBe(DARK)
  expect(await bar(ada)).toBe("#101113")
  await other.close()
})

test("no other picture is painted first: it stands before the desk's own script has come", async () => {
  await ada.route("**/assets/index-*.js", () => undefined)
  await ada.goto(`${stage.url}/inbox/me`, { waitUntil: "commit" })
  await ada.waitForFunction(() => document.querySelector("#desk") !== null)
  await expect.poll(() => ground(ada)).toBe(DARK)
  await ada.unroute("**/assets/index-*.js")
})

test("as the system follows it again", async () => {
  await ada.goto(stage.url)
  await inbox(ada, "Me").waitFor()
  await choose(ada, "As the system")
  expect(await ground(ada)).toBe(LIGHT)
  await ada.emulateMedia({ colorScheme: "dark" })
  await expect.poll(() => ground(ada)).toBe(DARK)
  expect(await bar(ada)).toBe("#101113")
})
