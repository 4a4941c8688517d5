/** What a company brings along and arranges for itself: customers from files, one's own profile, a second team and website. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { readCsv } from "../../protocol/csv.ts"
import { succeed, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, inbox, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  const settings = {
    channel: "sms",
    number: "+33644600000",
    accountId: `AC${"0".repeat(32)}`,
    authToken: "a token of the account",
    apiBase: "http://127.0.0.1:9",
  }
  await succeed(
    company.owner.send("POST", "/sources", { name: "Phones", teamId: company.everyoneId, settings }),
  )
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor", { role: "admin" }), stage.url, {
    timezoneId: "UTC",
  })
  bo = await stage.openBrowserOf(await company.hire("Bo Lindqvist"))
  for (const page of [ada, bo]) {
    await page.goto(`${stage.url}/inbox/me`)
    await inbox(page, "Me").waitFor()
  }
})
afterAll(() => stage?.close())

const FORMULA = '=HYPERLINK("http://evil.example")'
const importing = () => ada.getByRole("dialog", { name: "Import customers" })
const choose = (bytes: Buffer) =>
  importing()
    .getByLabel("CSV file")
    .setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer: bytes })
const exchange = async (what: string) => {
  await ada.getByRole("button", { name: "Import and export" }).click()
  await ada.getByRole("menuitem", { name: what }).click()
}

async function exported(): Promise<Buffer> {
  const [download] = await Promise.all([ada.waitForEvent("download"), exchange("Export as CSV")])
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

test("a file that cannot be read says why, whatever is wrong with it, and brings nobody in", async () => {
  await ada.goto(`${stage.url}/customers`)
  await exchange("Import from CSV…")
  const brings = importing().getByRole("button", { name: "Import", exact: true })
  for (const encoding of ["latin1", "utf16le"] as const) {
    await choose(Buffer.from("\ufeffName;Phone\nZoë;+33612345678\n", encoding))
    await importing().getByText("This file is not in UTF-8. Save it as “CSV UTF-8”").waitFor()
    expect(await brings.isDisabled()).toBe(true)
  }
  await choose(Buffer.from('Name,Phone\n"Zoë,+33612345678\nYann,+33612345679\n'))
  await importing().getByText("A quotation mark in this file is never closed.").waitFor()
  await choose(Buffer.from("Who\nZoë\n"))
  await importing().getByText("The first line has no column called Phone or Id.").waitFor()
  await choose(Buffer.from("Name\tPhone\n\tnot a number\n"))
  await importing().getByText("1 line cannot be imported.").waitFor()
  expect(await brings.isDisabled()).toBe(true)
  await ada.keyboard.press("Escape")
  await ada.getByText("Everybody who writes to you appears here.").waitFor()
})

test("a spreadsheet's own file comes in but for its broken line, and no formula in it runs when it goes out", async () => {
  await exchange("Import from CSV…")
  const lines = [
    "Name;Phone;Plan",
    `${FORMULA};+33 6 12 34 56 78;=1+1`,
    "Zoë;06 12;Basic",
    '"Moreau; Yann";+33 6 12 34 56 79;"@SUM(A1)"',
    "Too;short",
    "",
  ]
  await choose(Buffer.from(`\ufeff${lines.join("\r\n")}`))
  await importing().getByText("2 new, 0 changed, 0 unchanged.").waitFor()
  await importing().getByText("Kept as fields: Plan.").waitFor()
  await importing().getByText("2 lines cannot be imported.").waitFor()
  const problems = importing().getByRole("list", { name: "Lines that cannot be imported" })
  expect(await problems.getByRole("listitem").allInnerTexts()).toEqual([
    "Line 3: this is no phone number",
    "Line 5: this is no phone number",
  ])
  await importing().getByRole("button", { name: "Import", exact: true }).click()
  await ada.getByText("2 new and 0 changed customers imported.").waitFor()
  const list = ada.getByRole("list", { name: "Customers" })
  await list.getByRole("link", { name: "Moreau; Yann" }).waitFor()
  await list.getByRole("link", { name: FORMULA }).click()
  const panel = ada.getByRole("complementary", { name: "Customer" })
  await panel.getByRole("heading", { name: FORMULA }).waitFor()
  await panel.getByText("=1+1", { exact: true }).waitFor()
  await ada.goBack()

  const bytes = await exported()
  const cells = bytes.toString().split(/[,\r\n]/)
  expect(cells.filter((cell) => /^"?[=+@-]/.test(cell))).toEqual([])
  expect(bytes.toString()).toContain("'=1+1")
  // Read by ourselves it is what it was.
  const names = new Set<string | undefined>()
  for await (const record of readCsv(new Blob([new Uint8Array(bytes)]).stream())) names.add(record.cells[1])
  expect(names).toEqual(new Set(["Name", FORMULA, "Moreau; Yann"]))
  await exchange("Import from CSV…")
  await choose(bytes)
  await importing().getByText("0 new, 0 changed, 2 unchanged.").waitFor()
  await ada.keyboard.press("Escape")
})

test("a new name of one's own is on colleagues' screens at once, and customers read its first part", async () => {
  const vera = await stage.openBrowser()
  await people.openShop(vera, stage.url)
  await people.openChat(vera)
  await people.say(vera, "Vera asks about vests")
  await people.openSettings(bo, "Profile")
  await people.openSettings(ada, "Team")
  await ada.getByRole("listitem").filter({ hasText: "Bo Lindqvist" }).waitFor()
  const field = bo.getByRole("textbox", { name: "Name", exact: true })
  await field.fill("Robert Lindqvist")
  await bo.getByRole("button", { name: "Save" }).click()
  await bo.getByText("Saved.").waitFor()
  await ada.getByRole("listitem").filter({ hasText: "Robert Lindqvist" }).waitFor()
  await people.leaveSettings(ada)
  await people.leaveSettings(bo)
  await people.openInbox(bo, "Unassigned")
  await people.openConversation(bo, "about vests")
  await people.answer(bo, "We have some.")
  await log(vera).getByText("Robert", { exact: true }).waitFor()
  await people.openInbox(ada, "Everyone")
  await people.openConversation(ada, "We have some.")
  await conversation(ada).getByText("Assigned to Robert Lindqvist").waitFor()
  await vera.context().close()
})

test("each kind of notification is switched off by itself, and stays off over a reload and on another device", async () => {
  const kinds = [
    "Conversations suggested to me",
    "New messages in my conversations",
    "Notes that mention me",
    "New conversations in Unassigned, while I am available",
    "Show what was written",
    "E-mail what I have not read",
  ]
  const home = await stage.openBrowserOf(company.agents[1] ?? company.owner)
  await home.goto(`${stage.url}/settings/notifications`)
  await people.openSettings(bo, "Notifications")
  const states = (page: Page) =>
    Promise.all(
      kinds.map((name) => page.getByRole("switch", { name, exact: true }).getAttribute("aria-checked")),
    )
  const isOff = kinds.map(() => false)
  for (const [place, name] of kinds.entries()) {
    await bo.getByRole("switch", { name, exact: true, checked: true }).click()
    isOff[place] = true
    const wanted = isOff.map((off) => String(!off))
    await expect.poll(() => states(home)).toEqual(wanted)
    expect(await states(bo)).toEqual(wanted)
  }
  await bo.reload()
  await bo.getByRole("heading", { name: "Tell me about" }).waitFor()
  expect(await states(bo)).toEqual(kinds.map(() => "false"))
  await bo.getByRole("switch", { name: "Notes that mention me", checked: false }).click()
  await home.getByRole("switch", { name: "Notes that mention me", checked: true }).waitFor()
  await home.context().close()
  await people.leaveSettings(bo)
})

test("an admin makes a second team and its website, with delivery, time and hours of its own, by the dialogs alone", async () => {
  await people.openSettings(ada, "Team")
  await ada.getByRole("button", { name: "New team" }).click()
  const made = ada.getByRole("dialog", { name: "New team" })
  await made.getByRole("textbox", { name: "Name" }).fill("Tents")
  await made.getByRole("checkbox", { name: "Robert Lindqvist" }).check()
  await made.getByRole("button", { name: "Create" }).click()
  await made.waitFor({ state: "detached" })
  const dialog = ada.getByRole("dialog", { name: "Tents" })
  const change = async (what: () => Promise<void>) => {
    await ada.getByRole("button", { name: "Change Tents" }).click()
    await what()
    await dialog.getByRole("button", { name: "Save" }).click()
    await dialog.waitFor({ state: "detached" })
  }
  await change(async () => {
    await dialog
      .getByRole("combobox", { name: "New conversations" })
      .selectOption("Suggest to one agent first")
    await dialog.getByRole("spinbutton", { name: "Time to accept, in seconds" }).fill("5")
  })
  await people.openSettings(ada, "Sources")
  await ada.getByRole("button", { name: "Add a website" }).click()
  const website = ada.getByRole("dialog", { name: "Add a website" })
  await website.getByRole("textbox", { name: "Name" }).fill("Tent shop")
  await website.getByRole("combobox", { name: "Handled by" }).selectOption("Tents")
  await website.getByRole("button", { name: "Connect" }).click()
  const source = ada.getByRole("region", { name: "Tent shop" })
  const link = source.getByRole("link", { name: "Try it on a make-believe shop" })
  const path = (await link.getAttribute("href")) ?? ""

  const enter = async (at: string) => {
    const page = await stage.openBrowser()
    await people.openShop(page, stage.url, at)
    await people.openChat(page)
    return page
  }
  const wim = await enter(path)
  await people.say(wim, "Wim asks about pegs")
  await people.openInbox(bo, "Me")
  await row(bo, "about pegs")
    .getByText(/^Suggested · 0:0\d$/)
    .waitFor()
  await row(bo, "about pegs").waitFor({ state: "detached" })
  await people.openInbox(bo, "Unassigned")
  await people.openConversation(bo, "about pegs")
  await log(bo).getByText("You did not answer in time").waitFor()
  await wim.context().close()

  // Open on one day, which is neither today nor tomorrow.
  const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
  const day = days[(new Date().getUTCDay() + 3) % 7] ?? ""
  await people.openSettings(ada, "Team")
  await change(async () => {
    await dialog.getByRole("switch", { name: "Working hours" }).click()
    for (const other of days) {
      const remove = dialog.getByRole("button", { name: `Remove hours on ${other}` })
      if (other !== day && (await remove.count()) > 0) await remove.click()
    }
    if ((await dialog.getByLabel(`${day}, from`).count()) === 0)
      await dialog.getByRole("button", { name: `Add hours on ${day}` }).click()
    await dialog.getByLabel(`${day}, from`).fill("11:00")
    await dialog.getByLabel(`${day}, to`).fill("12:00")
  })
  await ada.getByRole("listitem").filter({ hasText: "Tents" }).getByText("Out of hours now").waitFor()
  const yann = await stage.openBrowser({ timezoneId: "UTC" })
  await people.openShop(yann, stage.url, path)
  await people.openChat(yann)
  await yann.getByText(`We are back on ${day} at 11:00`).first().waitFor()
  const zoe = await enter(`/try?source=${company.sourceId}`)
  await zoe.getByText("2 people are here now").waitFor()
  for (const page of [yann, zoe]) await page.context().close()
})
