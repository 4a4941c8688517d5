/** Labels: put on a message by the menu and by the keyboard, seen by a colleague, kept in order in Settings. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  const bos = await company.hire("Bo Lindqvist")
  await company.write("Vera", { text: "Vera wants her money back" })
  await company.write("Wim", { text: "Wim got the wrong size" })
  for (const name of ["Vera", "Wim"])
    await succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  await ada.goto(`${stage.url}/inbox/me`)
  await bo.goto(stage.url)
  await people.openInbox(bo, "Everyone")
})
afterAll(() => stage?.close())

/** A new conversation of Ada's; its message carries these. */
async function writeLabelled(name: string, labels: string[]): Promise<void> {
  await company.write(name, { text: `${name} asks` })
  const { lastCustomerEntryId: entryId } = await company.see(adas, name)
  for (const label of labels)
    await succeed(
      company.act(adas, name, `entries/${entryId}/labels/${newId()}`, {
        isOn: true,
        make: { name: label, color: "red" },
      }),
    )
  await succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))
}

const message = (page: Page, text: string) => log(page).getByRole("article").filter({ hasText: text })
const dialog = (page: Page) => page.getByRole("dialog", { name: "Labels" })
const field = (page: Page) => dialog(page).getByRole("combobox", { name: "Find or make a label" })
const option = (page: Page, name: string) => dialog(page).getByRole("option", { name, exact: true })

test("a label is made on the fly by the message's menu, and a colleague sees it on row and message", async () => {
  await people.openConversation(ada, "money back")
  const vera = message(ada, "money back")
  await vera.hover()
  await vera.getByRole("button", { name: "Message actions" }).click()
  await ada.getByRole("menuitem", { name: "Labels…" }).click()
  await field(ada).fill("Refund")
  await dialog(ada).getByRole("radio", { name: "Purple" }).check({ force: true })
  await option(ada, "Make “Refund”").click()
  await option(ada, "Refund").and(ada.locator("[aria-selected=true]")).waitFor()
  await ada.keyboard.press("Escape")
  await dialog(ada).waitFor({ state: "detached" })
  await vera.getByText("Refund", { exact: true }).waitFor()

  await row(bo, "money back").getByText("Refund", { exact: true }).waitFor()
  await people.openConversation(bo, "money back")
  await message(bo, "money back").getByText("Refund", { exact: true }).waitFor()
  expect(await message(bo, "money back").locator("[data-color=purple]").count()).toBe(1)
  // From disk, too, and with nothing but that.
  await bo.waitForTimeout(1_500)
  await bo.context().setOffline(true)
  await bo.reload()
  await message(bo, "money back").getByText("Refund", { exact: true }).waitFor()
  await bo.context().setOffline(false)
})

test("by the keyboard alone it goes on the latest message and comes off, also without a network", async () => {
  await people.openConversation(ada, "wrong size")
  await log(ada).focus()
  await ada.keyboard.press("l")
  await field(ada).pressSequentially("réf")
  await ada.keyboard.press("Enter")
  await option(ada, "Refund").and(ada.locator("[aria-selected=true]")).waitFor()
  await ada.keyboard.press("Escape")
  const wim = message(ada, "wrong size")
  await wim.getByText("Refund", { exact: true }).waitFor()
  await row(bo, "wrong size").getByText("Refund", { exact: true }).waitFor()

  await ada.context().setOffline(true)
  await log(ada).focus()
  await ada.keyboard.press("l")
  await ada.keyboard.press("Enter")
  await option(ada, "Refund").and(ada.locator("[aria-selected=false]")).waitFor()
  await field(ada).fill("later")
  await ada.keyboard.press("Enter")
  await ada.keyboard.press("Escape")
  await wim.getByText("later", { exact: true }).waitFor()
  expect(await wim.getByText("Refund", { exact: true }).count()).toBe(0)
  expect(await row(bo, "wrong size").getByText("Refund", { exact: true }).count()).toBe(1)
  await ada.context().setOffline(false)
  await row(bo, "wrong size").getByText("later", { exact: true }).waitFor()
  await row(bo, "wrong size").getByText("Refund", { exact: true }).waitFor({ state: "detached" })
})

test("an admin renames, merges and deletes in Settings, each with undo; everybody's screens follow", async () => {
  await people.openSettings(ada, "Labels")
  const line = (name: string) => ada.getByRole("listitem").filter({ hasText: name })
  await line("Refund").getByText("on 1 message").waitFor()
  await ada.getByRole("button", { name: "Change Refund" }).click()
  await ada.getByRole("textbox", { name: "Name" }).fill("Money back")
  await ada.getByRole("button", { name: "Save" }).click()
  await row(bo, "money back").getByText("Money back", { exact: true }).waitFor()

  await line("later").getByRole("button", { name: "Merge" }).click()
  await ada.getByRole("menuitem", { name: "Money back" }).click()
  await row(bo, "wrong size").getByText("Money back", { exact: true }).waitFor()
  await line("Money back").getByText("on 2 messages").waitFor()
  await ada.getByRole("button", { name: "Undo" }).click()
  await row(bo, "wrong size").getByText("later", { exact: true }).waitFor()

  await line("Money back").getByRole("button", { name: "Delete" }).click()
  await ada.getByText("Money back is deleted; it was on 1 message.").waitFor()
  await row(bo, "money back").getByText("Money back", { exact: true }).waitFor({ state: "detached" })
  await ada.getByRole("button", { name: "Undo" }).click()
  await row(bo, "money back").getByText("Money back", { exact: true }).waitFor()
})

test("an agent makes labels in Settings and sees what he may not change without the means to", async () => {
  await people.openSettings(bo, "Labels")
  await bo.getByRole("button", { name: "New label" }).click()
  await bo.getByRole("textbox", { name: "Name" }).fill("money BACK")
  await bo.getByRole("button", { name: "Save" }).click()
  await bo.getByText("There already is a label of this name.").waitFor()
  expect(await bo.getByRole("textbox", { name: "Name" }).inputValue()).toBe("money BACK")
  await bo.getByRole("textbox", { name: "Name" }).fill("praise")
  await bo.getByRole("button", { name: "Save" }).click()
  await bo.getByRole("listitem").filter({ hasText: "praise" }).waitFor()
  expect(await bo.getByRole("button", { name: "Delete" }).count()).toBe(0)
})

test("a long label beside a short one is cut, and the short one is not", async () => {
  await writeLabelled("Zoe", ["later", "what we are to tell the carrier"])
  await ada.goto(`${stage.url}/inbox/me`)
  await ada.evaluate(() => document.documentElement.style.setProperty("--list-width", "300px"))
  const isCut = (text: string) =>
    row(ada, "Zoe asks")
      .getByText(text)
      .evaluate((element) => element.scrollWidth > element.clientWidth)
  expect([await isCut("what we are to"), await isCut("later")]).toEqual([true, false])
})
