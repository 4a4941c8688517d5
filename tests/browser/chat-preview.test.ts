/** Settings of a website's chat are seen before they are saved. */
import type { Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor", { role: "admin" }))
  await ada.goto(`${stage.url}/inbox/me`)
  await people.openSettings(ada, "Sources")
})
afterAll(() => stage?.close())

const chat = () => ada.frameLocator("iframe")
const choose = (what: string, value: string) => ada.getByRole("combobox", { name: what }).selectOption(value)

test("what is typed is in the preview at once and nowhere else before it is saved", async () => {
  await chat().getByRole("dialog").waitFor()
  await ada.getByRole("textbox", { name: "Greeting" }).fill("Ahoy, what can we do?")
  await chat().getByRole("heading", { name: "Ahoy, what can we do?" }).waitFor()
  await ada.getByRole("textbox", { name: "Name in the chat" }).fill("Harbour Shoes")
  await chat().getByText("Harbour Shoes").waitFor()
  await ada.getByLabel("Colour").fill("#aa2244")
  await expect
    .poll(() =>
      chat()
        .locator(".stage")
        .evaluate((stageOf) => stageOf.style.getPropertyValue("--accent")),
    )
    .toBe("#aa2244")
  const scripts = () => fetch(`${stage.url}/w/${company.sourceId}.js`).then((answer) => answer.text())
  expect(await scripts()).not.toContain("Ahoy")
  await choose("Shown", "conversation")
  await chat().getByText("We do, within three days.").waitFor()
  // Nothing that is tried out is sent.
  await chat().getByRole("textbox", { name: "Message" }).fill("Is this real?")
  await chat().getByRole("textbox", { name: "Message" }).press("Enter")
  await chat().getByText("Is this real?").waitFor()
  await ada.getByRole("button", { name: "Save", exact: true }).click()
  await ada.getByText("Saved", { exact: false }).first().waitFor()
  await expect.poll(scripts, { timeout: 10_000 }).toContain("Ahoy")
  expect((await company.owner.get("/conversations?inbox=all")).body).not.toMatchObject({
    text: "Is this real?",
  })
})

test("the preview that follows what is typed never takes the caret from it", async () => {
  for (const shows of ["home", "conversation"]) {
    await choose("Shown", shows)
    await ada.getByRole("textbox", { name: "Greeting" }).fill("")
    for (const part of ["Good ", "morning, ", "sailors!"]) {
      await ada.keyboard.type(part)
      const settings = ada.getByRole("textbox", { name: "Greeting" })
      await expect.poll(() => settings.inputValue()).toContain(part)
      // It has followed, and is at rest again.
      await ada.waitForTimeout(400)
    }
    await chat().getByRole("dialog").waitFor()
    expect(await ada.getByRole("textbox", { name: "Greeting" }).inputValue()).toBe("Good morning, sailors!")
  }
  // Nor from the palette, when it comes later than that.
  await ada.route("**/chat-preview", async (route) => {
    await ada.getByRole("dialog", { name: "Commands" }).waitFor()
    await route.continue()
  })
  await people.openSettings(ada, "Team")
  await people.openSettings(ada, "Sources")
  await ada.keyboard.press("Control+k")
  await chat().getByRole("dialog").waitFor()
  await ada.keyboard.type("go to")
  expect(await ada.getByRole("combobox", { name: /^Find a command/ }).inputValue()).toBe("go to")
  await ada.keyboard.press("Escape")
  await ada.getByRole("dialog", { name: "Commands" }).waitFor({ state: "detached" })
})

test("wide and phone, light and dark, and to the left", async () => {
  await choose("Shown", "home")
  await choose("Page", "dark")
  const scheme = () =>
    chat()
      .locator("html")
      .evaluate((root) => root.style.colorScheme)
  await expect.poll(scheme).toBe("dark")
  await choose("Writing", "rtl")
  await expect
    .poll(() =>
      chat()
        .locator(".stage")
        .evaluate((stageOf) => stageOf.getAttribute("dir")),
    )
    .toBe("rtl")
  await choose("Screen", "phone")
  const panel = () =>
    chat()
      .locator(".panel")
      .evaluate((box) => box.clientWidth)
  await expect.poll(panel).toBe(390)
  await expectNothing(ada, { "the preview": () => chat().getByRole("dialog").waitFor() })
  for (const [what, value] of [
    ["Page", "light"],
    ["Writing", "ltr"],
    ["Screen", "wide"],
  ] as const)
    await choose(what, value)
})

test("a logo is seen before it is saved, and visitors are given our own picture of it", async () => {
  const red = sharp({ create: { width: 900, height: 300, channels: 3, background: "#c00" } })
  const picture = await red.png().toBuffer()
  const chooser = ada.locator('input[type="file"]')
  await chooser.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from("<svg/>") })
  await ada.getByText("This file is no picture").waitFor()
  await chooser.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: picture })
  await chat().locator("img.logo").waitFor()
  await ada.getByRole("button", { name: "Save", exact: true }).click()
  const shown = ada.getByRole("group", { name: "Logo" }).locator("img")
  await expect.poll(() => shown.getAttribute("src")).toMatch(/^\/logos\//)
  const logo = await fetch(`${stage.url}${await shown.getAttribute("src")}`)
  expect(logo.headers.get("content-type")).toBe("image/webp")
  expect(await sharp(Buffer.from(await logo.arrayBuffer())).metadata()).toMatchObject({ width: 256 })
})
