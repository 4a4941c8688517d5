/** A customer's photo, put on by an agent. */
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import { plainPicture } from "../flows/uploading.ts"
import * as people from "../harness/people.ts"
import { log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor", { role: "admin" }))
  bo = await stage.openBrowserOf(await company.hire("Bo Lindqvist"))
  await company.write("Vera", { text: "Vera asks about valves" })
  for (const page of [ada, bo]) {
    await page.goto(`${stage.url}/inbox/unassigned`)
    await row(page, "valves").waitFor()
  }
  await people.openConversation(ada, "valves")
})
afterAll(() => stage?.close())

/** Whether a picture is really there, and not only where it should be. */
const shows = (picture: Locator) =>
  expect
    .poll(() => picture.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))
    .toBe(true)

/** In the row, which Ada and Bo see. */
const inRow = (page: Page) => row(page, "valves").locator("[data-size] img").first()
const inPanel = () => ada.getByRole("complementary", { name: "Customer" }).locator("[data-size] img").first()

async function choose(color: string, name = "vera.png"): Promise<void> {
  await ada
    .getByLabel("Photo", { exact: true })
    .and(ada.locator("input"))
    .setInputFiles({
      name,
      mimeType: "image/png",
      buffer: name.endsWith(".png") ? await plainPicture(color, 900, 600) : Buffer.from("no picture"),
    })
}

test("an agent puts one on in the customer's panel, and colleagues see it where the initials were", async () => {
  await ada.getByRole("button", { name: "Add a photo" }).click()
  const asked = ada.waitForEvent("filechooser")
  await ada.getByRole("menuitem", { name: "Add a photo" }).click()
  await (
    await asked
  ).setFiles({ name: "vera.png", mimeType: "image/png", buffer: await plainPicture("#2f6f9f", 900, 600) })
  await ada.getByText("The photo is saved.").waitFor()
  for (const picture of [inPanel(), inRow(ada), inRow(bo), log(ada).locator("[data-size] img").first()])
    await shows(picture)
  await bo.goto(`${stage.url}/customers`)
  const listed = bo.getByRole("list", { name: "Customers" }).getByRole("listitem")
  await shows(listed.locator("[data-size] img").first())
  await bo.goto(`${stage.url}/inbox/unassigned`)
})

test("another takes its place, and Undo brings back the one before", async () => {
  const first = await inRow(bo).getAttribute("src")
  await choose("#a85b28")
  await expect.poll(() => inRow(bo).getAttribute("src")).not.toBe(first)
  await shows(inRow(bo))
  await ada.getByRole("button", { name: "Undo" }).click()
  await expect.poll(() => inRow(bo).getAttribute("src")).toBe(first)
})

test("taken away the initials are back, and Undo brings it back", async () => {
  await ada.getByRole("button", { name: "Photo", exact: true }).click()
  await ada.getByRole("menuitem", { name: "Remove photo" }).click()
  await ada.getByText("The photo is removed.").waitFor()
  await expect.poll(() => inRow(bo).count()).toBe(0)
  await ada.getByRole("button", { name: "Undo" }).click()
  await shows(inRow(bo))
  await shows(inPanel())
})

test("what is no picture is said to be none, and the photo stays", async () => {
  const before = await inPanel().getAttribute("src")
  await choose("", "vera.svg")
  await ada.getByText("This is no picture that can be shown.").waitFor()
  expect(await inPanel().getAttribute("src")).toBe(before)
})
