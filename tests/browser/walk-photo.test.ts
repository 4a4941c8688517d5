/** An agent's photo, from Settings to colleagues and customers. */
import type { Locator, Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Colleague, Company } from "../flows/company.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Colleague
let adaAtWork: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  ada = await company.hire("Ada Okafor", { role: "admin" })
  adaAtWork = await stage.openBrowserOf(ada)
  bo = await stage.openBrowserOf(await company.hire("Bo Lindqvist"))
})
afterAll(() => stage?.close())

/** Whether a picture is really there, and not only where it should be. */
const shows = (picture: Locator) =>
  expect
    .poll(() => picture.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))
    .toBe(true)

const put = async (page: Page, color: string) =>
  page.getByLabel("Photo", { exact: true }).setInputFiles({
    name: "me.png",
    mimeType: "image/png",
    buffer: await sharp({ create: { width: 1_200, height: 800, channels: 3, background: color } })
      .png()
      .toBuffer(),
  })

test("a photo is put on in Settings, and is where the initials were, here and at colleagues' desks", async () => {
  await bo.goto(`${stage.url}/settings/team`)
  const line = bo.getByRole("listitem").filter({ hasText: "Ada Okafor" })
  await line.waitFor()
  const place = await line.locator("[data-size]").boundingBox()
  await adaAtWork.goto(`${stage.url}/settings/profile`)
  await adaAtWork.getByRole("button", { name: "Add a photo" }).waitFor()
  await put(adaAtWork, "#2f6f9f")
  await adaAtWork.getByRole("button", { name: "Change photo" }).waitFor()
  await shows(adaAtWork.getByRole("img", { name: "Ada Okafor" }).locator("img"))
  await shows(line.locator("img"))
  expect(await line.locator("[data-size]").boundingBox()).toEqual(place)
})

test("a customer sees who answers him", async () => {
  await company.write("Vera")
  const vera = await stage.openBrowser()
  await vera.goto(`${stage.url}/try`)
  await vera.getByRole("button", { name: "Open chat" }).click()
  await shows(vera.locator(".hero-faces img").first())
  await vera.context().close()
})

test("another takes its place at once, and without one the initials are back", async () => {
  const line = bo.getByRole("listitem").filter({ hasText: "Ada Okafor" })
  const first = await line.locator("img").getAttribute("src")
  await put(adaAtWork, "#a85b28")
  await expect.poll(() => line.locator("img").getAttribute("src")).not.toBe(first)
  await shows(line.locator("img"))
  await adaAtWork.getByRole("button", { name: "Remove photo" }).click()
  await adaAtWork.getByRole("button", { name: "Add a photo" }).waitFor()
  await expect.poll(() => line.locator("img").count()).toBe(0)
  await line.getByText("AO", { exact: true }).waitFor()
})

test("what is no picture is said to be none", async () => {
  const file = { name: "me.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg><script/></svg>") }
  await adaAtWork.getByLabel("Photo", { exact: true }).setInputFiles(file)
  await adaAtWork.getByText("This is no picture that can be shown.").waitFor()
})
