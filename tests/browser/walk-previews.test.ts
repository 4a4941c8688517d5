/** What a page says of itself stands below the message that names it, moves nobody's reading, and can be switched off. */
import type { Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { log } from "../harness/people.ts"
import { openSmallWeb, type SmallWeb } from "../harness/small-web.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let web: SmallWeb
let stage: Stage
let company: Company
let adas: Colleague
let ada: Page

beforeAll(async () => {
  web = await openSmallWeb()
  stage = await openStage({}, web.web)
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  const picture = await sharp({ create: { width: 1200, height: 630, channels: 3, background: "#3a7d44" } })
    .jpeg()
    .toBuffer()
  web.put("boots.example/green.jpg", (_, response) =>
    response.writeHead(200, { "content-type": "image/jpeg" }).end(picture),
  )
  web.put(
    "boots.example/green",
    `<title>x</title><meta property="og:title" content="Green boots <script>window.ran=1</script>">
     <meta name="description" content="Waterproof, lined with wool, and made to be mended for as long as you walk in them.">
     <meta property="og:image" content="/green.jpg">`,
  )
  for (let at = 0; at < 8; at += 1)
    await company.write("Ines", { text: `Question ${at}: ${"why? ".repeat(150)}` })
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/unassigned`)
  await people.openConversation(ada, "Question 7")
})
afterAll(async () => {
  await stage?.close()
  await web?.close()
})

const card = () => log(ada).getByRole("link", { name: /Green boots/ })
const isInView = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect()
  return top >= 0 && bottom <= (element.closest("[role=log]")?.getBoundingClientRect().bottom ?? 0)
}

test("it comes below the message, as text and pixels alone, and whoever reads at the end sees it whole", async () => {
  await company.write("Ines", { text: `These? ${web.at("boots.example/green")}` })
  await card().waitFor()
  await expect.poll(() => card().evaluate(isInView)).toBe(true)
  expect(await card().getAttribute("href")).toBe(web.at("boots.example/green"))
  expect(await card().getAttribute("rel")).toContain("noopener")
  expect(await card().innerText()).toContain("<script>window.ran=1</script>")
  expect(await ada.evaluate(() => "ran" in window)).toBe(false)
  expect(await card().innerText()).toContain(`boots.example:${web.port}`)
  await expect
    .poll(() =>
      card()
        .locator("img")
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    )
    .toBe(216)
  for (const colorScheme of ["light", "dark"] as const) {
    await ada.emulateMedia({ colorScheme })
    await expectNothing(ada, { "with a preview": () => card().waitFor() })
  }
})

test("whoever reads further up stays where he is", async () => {
  web.put("boots.example/slow", (_, response) => {
    setTimeout(() => {
      response.writeHead(200, { "content-type": "text/html" }).end("<title>Slow boots</title>")
    }, 1_000)
  })
  const answered = await company.write("Ines", { text: `And ${web.at("boots.example/slow")}` })
  await log(ada).getByText("boots.example").last().waitFor()
  await log(ada).hover()
  await ada.mouse.wheel(0, -700)
  const place = () =>
    log(ada).evaluate((element) => {
      const { top } = element.getBoundingClientRect()
      const entries = [...element.querySelectorAll("article")]
      const first = entries.find((entry) => entry.getBoundingClientRect().top > top)
      return [first?.getAttribute("data-entry"), Math.round((first?.getBoundingClientRect().top ?? 0) - top)]
    })
  await ada.waitForTimeout(300)
  const before = await place()
  await expect
    .poll(async () => {
      const entries = await company.timeline(adas, "Ines")
      const body = entries.find(({ id }) => id === answered.lastEntryId)?.body
      return body?.type === "message" && body.preview?.title
    })
    .toBe("Slow boots")
  await ada.waitForTimeout(500)
  expect(await place()).toEqual(before)
})

test("an admin switches previews off in Settings, and they are gone from every screen", async () => {
  const other = await stage.openBrowserOf(adas)
  await other.goto(stage.url)
  await people.openSettings(other, "Workspace")
  const toggle = other.getByRole("switch", { name: /^Show what a web address/ })
  expect(await toggle.isChecked()).toBe(true)
  await toggle.click()
  await log(ada).focus()
  await ada.keyboard.press("End")
  await log(ada)
    .getByText(`These? ${web.at("boots.example/green")}`)
    .waitFor()
  await card().waitFor({ state: "detached" })
  await toggle.click()
  await card().waitFor()
})

test("a note has one, too, on a phone as well", async () => {
  await succeed(company.act(adas, "Ines", "notes", { text: `Ours: ${web.at("boots.example/green")}` }))
  await expect.poll(() => card().count()).toBe(2)
  await ada.setViewportSize({ width: 390, height: 844 })
  await card().last().waitFor()
  expect(await log(ada).evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
})
