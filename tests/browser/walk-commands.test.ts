/** Everything by keyboard: the palette and the list of keys know every action, and a whole conversation needs no pointer. */
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { ACTIONS, keysOf, type ActionName } from "../../desk/actions/catalogue.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { plainPicture, putPhoto } from "../flows/uploading.ts"
import * as people from "../harness/people.ts"
import { conversation, inbox, log, row } from "../harness/people.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { PHONE } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let ada: Page
let twilio: FakeTwilio

beforeAll(async () => {
  stage = await openStage()
  twilio = await startFakeTwilio()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  await company.makeTeam([adas, bos])
  ada = await stage.openBrowserOf(adas)
  await ada.goto(stage.url)
  await inbox(ada, "Me").waitFor()
})
afterAll(async () => {
  await stage?.close()
  await twilio?.stop()
})

const palette = (page: Page) => page.getByRole("dialog", { name: "Commands" })
const field = (page: Page) => palette(page).getByRole("combobox")
const option = (page: Page, name: string) => palette(page).getByRole("option", { name })

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k")
  await field(page).waitFor()
}

/** Types a bit of its name and presses Enter. */
async function command(page: Page, typed: string): Promise<void> {
  await openPalette(page)
  await field(page).pressSequentially(typed)
  await page.keyboard.press("Enter")
  await palette(page).waitFor({ state: "detached" })
}

async function namesIn(options: Locator): Promise<string[]> {
  const names = await options.evaluateAll((all) => all.map((one) => one.getAttribute("data-action") ?? ""))
  return names.map((name) => name.split(" ")[0] ?? "")
}

test("every action of the catalogue is in the palette where it can be done, and every key in the list of keys", async () => {
  const names = Object.keys(ACTIONS).filter((name): name is ActionName => name in ACTIONS)
  const seen = new Set<string>(["palette"])
  const look = async () => {
    await openPalette(ada)
    for (const name of await namesIn(palette(ada).getByRole("option"))) seen.add(name)
    await ada.keyboard.press("Escape")
    await palette(ada).waitFor({ state: "detached" })
  }
  const { accountId, authToken, apiBase } = twilio
  const toAda = { kind: "agent", agentId: adas.agentId }
  // A long one, to be scrolled up in; offered by a colleague who mentions her; through two addresses.
  for (const line of ["first", "second", "last"])
    await company.write("Vera", { text: `the ${line} ${"line\n".repeat(40)}` })
  await company.introduce("Vera", await company.makeSource(company.everyoneId))
  await company.act(bos, "Vera", "notes", { text: `@{agent:${adas.agentId}} please` })
  await company.write("Wim", { text: "Wim is done" })
  await succeed(company.assign(adas, "Wim", toAda))
  await company.act(adas, "Wim", "star", { isStarred: true })
  await company.close(adas, "Wim")
  // A number to begin conversations from.
  await succeed(
    company.owner.send("POST", "/sources", {
      name: "Support",
      teamId: company.everyoneId,
      settings: { channel: "sms", number: "+46700000001", accountId, authToken, apiBase },
    }),
  )
  await ada.goto(`${stage.url}/conversations/${(await company.see(adas, "Wim")).id}`)
  await log(ada).getByText("Wim is done").waitFor()
  await look()
  await ada.goto(`${stage.url}/inbox/mentions/${(await company.see(adas, "Vera")).id}`)
  await log(ada).getByText("the last").waitFor()
  await look()
  await log(ada).hover()
  await ada.mouse.wheel(0, -2_000)
  await expect
    .poll(async () => {
      await look()
      return seen.has("latest")
    })
    .toBe(true)
  await succeed(company.act(bos, "Vera", "offer", { agentId: adas.agentId }))
  await conversation(ada).getByRole("button", { name: "Accept" }).waitFor()
  await look()
  await succeed(company.assign(bos, "Vera", { kind: "agent", agentId: bos.agentId }))
  await conversation(ada).getByRole("button", { name: "Accept" }).waitFor({ state: "detached" })
  await look()
  await succeed(company.assign(adas, "Vera", toAda))
  const { id: verasId, lastCustomerEntryId } = await company.see(adas, "Vera")
  await succeed(company.act(adas, "Vera", "snooze", { snooze: { until: null }, lastCustomerEntryId }))
  await ada.goto(`${stage.url}/inbox/me/${verasId}`)
  await conversation(ada).getByRole("button", { name: "Bring back now" }).waitFor()
  await look()
  await succeed(company.act(adas, "Vera", "snooze", { snooze: null, lastCustomerEntryId }))
  await row(ada, "please").waitFor()
  await ada.keyboard.press("j")
  await ada.keyboard.press("x")
  await ada.getByRole("toolbar").waitFor()
  await look()
  await command(ada, "clear selection")
  await ada.getByRole("toolbar").waitFor({ state: "detached" })
  const of = { conversationId: company.customers.get("Vera")?.conversationId ?? "" }
  await succeed(putPhoto(stage.url, adas, await plainPicture("#345"), { of }))
  await ada.getByRole("button", { name: "Photo", exact: true }).waitFor()
  await look()
  await command(ada, "block")
  await ada.getByRole("button", { name: "Unblock" }).waitFor()
  await look()
  await command(ada, "unblock")
  await ada.getByRole("button", { name: "Block", exact: true }).waitFor()
  await command(ada, "go to customers")
  await ada.getByRole("list", { name: "Customers" }).waitFor()
  await look()
  for (const section of ["Team", "Sources", "Labels", "Saved replies", "API keys", "Webhooks"]) {
    await people.openSettings(ada, section)
    await look()
  }
  await command(ada, "be away")
  await command(ada, "away in Everyone")
  await expect
    .poll(async () => {
      await look()
      return seen.has("available") && seen.has("availableIn")
    })
    .toBe(true)
  await command(ada, "be available")
  await command(ada, "available in Everyone")
  // Another workspace is no part of this walk; all else was seen.
  expect(names.filter((name) => !seen.has(name))).toEqual(["workspace"])

  await ada.keyboard.press("?")
  const list = ada.getByRole("dialog", { name: "Keyboard shortcuts" })
  await list.waitFor()
  expect(await namesIn(list.locator("[data-action]"))).toEqual(names.filter((name) => keysOf(name)))
  await ada.keyboard.press("Escape")
})

test("a whole conversation by keyboard alone: found, taken, noted, labelled, answered, assigned, closed, undone", async () => {
  await company.write("Zoe", { text: "Zoe asks about tents" })
  await ada.goto(stage.url)
  await inbox(ada, "Me").waitFor()
  await ada.keyboard.press("g")
  await ada.keyboard.press("u")
  await row(ada, "tents").waitFor()
  await ada.keyboard.press("j")
  await ada.keyboard.press("Enter")
  await log(ada).getByText("Zoe asks about tents").waitFor()
  await ada.keyboard.press("m")
  await conversation(ada).getByText("Assigned to you").waitFor()
  await ada.keyboard.press("n")
  await ada.keyboard.type("is this in stock?")
  await ada.keyboard.press("Enter")
  await log(ada).getByText("is this in stock?").waitFor()
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("l")
  await ada.getByRole("combobox", { name: "Find or make a label" }).waitFor()
  await ada.keyboard.type("tents")
  await ada.keyboard.press("Enter")
  await ada.getByRole("option", { name: "tents", exact: true }).waitFor()
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("s")
  await inbox(ada, "Starred, 2").waitFor()
  await ada.keyboard.press("r")
  await ada.keyboard.type("Yes, in green.")
  await ada.keyboard.press("Enter")
  await log(ada).getByText("Yes, in green.").waitFor()

  // Out of the field, too.
  await command(ada, "assign to bo")
  await conversation(ada).getByText("Assigned to Bo Lindqvist").waitFor()
  await command(ada, "close")
  await conversation(ada)
    .getByText(/^Closed/)
    .first()
    .waitFor()
  await expect.poll(async () => (await company.see(adas, "Zoe")).isOpen).toBe(false)
  await command(ada, "reopen")
  await expect.poll(async () => (await company.see(adas, "Zoe")).isOpen).toBe(true)
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("Escape")
  await conversation(ada).waitFor({ state: "detached" })
})

test("the palette goes to a customer by name, and to a place, from wherever one is", async () => {
  const { id } = await company.see(adas, "Zoe")
  await ada.goto(`${stage.url}/settings/team`)
  await ada.getByRole("heading", { name: "Team", level: 1 }).waitFor()
  await openPalette(ada)
  await field(ada).pressSequentially("lead")
  await expect
    .poll(() => palette(ada).getByRole("group", { name: "Conversations" }).getByRole("option").count())
    .toBeGreaterThan(1)
  await palette(ada).locator(`[data-action="${id}"]`).click()
  await log(ada).getByText("Zoe asks about tents").waitFor()
  await command(ada, "settings labels")
  await ada.getByRole("heading", { name: "Labels", level: 1 }).waitFor()
  await openPalette(ada)
  await field(ada).pressSequentially("xyzzy")
  await palette(ada).getByText("Nothing here has this name.").waitFor()
  await ada.keyboard.press("Enter")
  await ada.keyboard.press("Escape")
  await palette(ada).waitFor({ state: "detached" })
})

test("on a phone a button opens it, in a list and in a conversation", async () => {
  const phone = await stage.openBrowserOf(adas, stage.url, PHONE)
  await phone.goto(`${stage.url}/inbox/starred`)
  await row(phone, "in green").waitFor()
  await phone.getByRole("button", { name: "Commands" }).tap()
  await option(phone, "Go to Mentions").tap()
  await phone.getByRole("heading", { name: "Mentions" }).waitFor()
  await phone.goto(`${stage.url}/inbox/starred/${(await company.see(adas, "Zoe")).id}`)
  await log(phone).getByText("in green").waitFor()
  await phone.getByRole("button", { name: "More" }).tap()
  await phone.getByRole("menuitem", { name: "Commands" }).tap()
  await option(phone, "Remove star").tap()
  await expect.poll(async () => (await company.see(adas, "Zoe")).own.isStarred).toBe(false)
  await phone.context().close()
})
