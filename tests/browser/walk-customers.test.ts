/** What is known of a customer and noted about him: in the panel, offline too, seen by a colleague; blocked and unblocked. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
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
  await company.write("Wim", { text: "Wim sells pills" })
  for (const name of ["Vera", "Wim"])
    await succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  await ada.goto(`${stage.url}/inbox/me`)
  await bo.goto(stage.url)
  await people.openInbox(bo, "Everyone")
})
afterAll(() => stage?.close())

const panel = (page: Page) => page.getByRole("complementary", { name: "Customer" })
const undo = (page: Page) => page.getByRole("button", { name: "Undo" })

test("a lead gets a name, fields and remarks, and a colleague sees each at once", async () => {
  await people.openConversation(ada, "money back")
  await people.openConversation(bo, "money back")
  await panel(ada).getByRole("button", { name: "Change the name" }).click()
  await panel(ada).getByRole("textbox", { name: "Name", exact: true }).fill("Vera Lund")
  await ada.keyboard.press("Enter")
  await panel(bo).getByRole("heading", { name: "Vera Lund" }).waitFor()
  await row(bo, "money back").getByText("Vera Lund").waitFor()

  await panel(ada).getByRole("button", { name: "Add a field" }).click()
  await panel(ada).getByRole("combobox", { name: "Field" }).fill("Plan")
  await panel(ada).getByRole("textbox", { name: "Value" }).fill("Pro")
  await ada.keyboard.press("Enter")
  await panel(bo).getByRole("button", { name: "Change Plan" }).waitFor()
  await panel(bo).getByText("Pro", { exact: true }).waitFor()
  // An emptied field is gone, and comes back.
  await panel(ada).getByRole("button", { name: "Change Plan" }).click()
  await panel(ada).getByRole("textbox", { name: "Plan" }).fill("")
  await ada.keyboard.press("Enter")
  await panel(bo).getByText("Pro", { exact: true }).waitFor({ state: "detached" })
  await undo(ada).click()
  await panel(bo).getByText("Pro", { exact: true }).waitFor()

  await panel(ada).getByRole("button", { name: "Add a remark" }).click()
  await panel(ada).getByRole("textbox", { name: "Remark" }).fill("Calls on Mondays.")
  await panel(ada).getByRole("button", { name: "Save" }).click()
  const bosRemarks = panel(bo).getByRole("list", { name: "Remarks" })
  await bosRemarks.getByText("Calls on Mondays.").waitFor()
  await bosRemarks.getByText("Ada Okafor").waitFor()
  expect(await bosRemarks.getByRole("button").count()).toBe(0)
  await panel(ada).getByRole("button", { name: "Remove the remark" }).click()
  await bosRemarks.waitFor({ state: "detached" })
  await undo(ada).click()
  await bosRemarks.getByText("Calls on Mondays.").waitFor()
})

test("without a network it is noted all the same, survives a reload, and goes out later", async () => {
  // The disk is written lazily.
  await ada.waitForTimeout(1_500)
  await ada.context().setOffline(true)
  await panel(ada).getByRole("button", { name: "Change Plan" }).click()
  await panel(ada).getByRole("textbox", { name: "Plan" }).fill("Enterprise")
  await ada.keyboard.press("Enter")
  await panel(ada).getByText("Enterprise", { exact: true }).waitFor()
  await ada.reload()
  await panel(ada).getByText("Enterprise", { exact: true }).waitFor()
  await panel(ada).getByText("Calls on Mondays.").waitFor()
  expect(await panel(bo).getByText("Enterprise", { exact: true }).count()).toBe(0)
  await ada.context().setOffline(false)
  await panel(bo).getByText("Enterprise", { exact: true }).waitFor()
})

test("a remark that was begun waits while another conversation is looked at", async () => {
  await panel(ada).getByRole("button", { name: "Add a remark" }).click()
  await panel(ada).getByRole("textbox", { name: "Remark" }).fill("Half a thou")
  await people.openConversation(ada, "sells pills")
  await people.openConversation(ada, "money back")
  expect(await panel(ada).getByRole("textbox", { name: "Remark" }).inputValue()).toBe("Half a thou")
  await panel(ada).getByRole("button", { name: "Cancel" }).click()
})

test("a blocked customer's conversation closes, and everything is undone by one click", async () => {
  await people.openConversation(ada, "sells pills")
  await panel(ada).getByRole("button", { name: "Block" }).click()
  await log(ada).getByText("You blocked this customer").waitFor()
  await row(bo, "sells pills").waitFor({ state: "detached" })
  await expect(company.write("Wim", { text: "more pills" })).rejects.toThrow("not accepted")
  await undo(ada).click()
  await row(bo, "sells pills").waitFor()
  await panel(ada).getByRole("button", { name: "Block" }).waitFor()
  await company.write("Wim", { text: "no more pills" })
  await row(bo, "no more pills").waitFor()
})

test("the page of customers finds, narrows and orders; a click opens the conversation, and back is where one was", async () => {
  await ada.getByRole("link", { name: "Customers" }).click()
  const list = ada.getByRole("list", { name: "Customers" })
  await list.getByRole("link", { name: "Vera Lund" }).waitFor()
  expect(await list.getByRole("listitem").count()).toBe(2)
  await ada.getByRole("searchbox", { name: "Find by name" }).fill("lun")
  await list.getByRole("listitem").nth(1).waitFor({ state: "detached" })
  await list.getByRole("link", { name: "Vera Lund" }).click()
  await log(ada).getByText("money back").waitFor()
  await ada.goBack()
  await list.getByRole("link", { name: "Vera Lund" }).waitFor()
  expect(await ada.getByRole("searchbox", { name: "Find by name" }).inputValue()).toBe("lun")
  await ada.getByRole("searchbox", { name: "Find by name" }).fill("nobody of this name")
  await ada.getByText("Nobody here matches.").waitFor()
  await ada.getByRole("searchbox", { name: "Find by name" }).fill("enterp")
  await list.getByRole("link", { name: "Vera Lund" }).waitFor()
  await ada.getByRole("searchbox", { name: "Find by name" }).fill("")
  await ada.getByRole("button", { name: "Sort" }).click()
  await ada.getByRole("menuitemradio", { name: "By name" }).click()
  await ada.waitForURL(/sort=name/)
  await ada.getByRole("button", { name: "Filter" }).click()
  await ada.getByRole("menuitemradio", { name: "Blocked" }).click()
  await ada.getByText("Nobody here matches.").waitFor()
})

test("an admin brings a file in after having seen what it does, and takes everybody out", async () => {
  await ada.goto(`${stage.url}/customers`)
  const more = ada.getByRole("button", { name: "Import and export" })
  await more.click()
  await ada.getByRole("menuitem", { name: "Import from CSV…" }).click()
  const dialog = ada.getByRole("dialog", { name: "Import customers" })
  const choose = (text: string | Buffer) =>
    dialog.getByLabel("CSV file").setInputFiles({
      name: "customers.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(text),
    })
  await choose(Buffer.from([0x4e, 0x61, 0x6d, 0x65, 0x0a, 0xeb, 0x0a]))
  await dialog.getByText("This file is not in UTF-8.").waitFor()
  await choose("Who;E-mail\nZoe;zoe@example.com\n")
  await dialog.getByText("The first line has no column called Phone or Id.").waitFor()
  const { customer } = await company.see(adas, "Wim")
  await choose(`Id;Name;Phone;E-mail\r\n${customer.id};Wim Kok;;wim@example.com\r\n;Zoe;06 12;\r\n`)
  await dialog.getByText("0 new, 1 changed, 0 unchanged.").waitFor()
  await dialog.getByText("E-mail is not connected yet").waitFor()
  await dialog.getByText("Line 3: this is no phone number").waitFor()
  await dialog.getByRole("button", { name: "Import", exact: true }).click()
  await ada.getByText("0 new and 1 changed customers imported.").waitFor()
  await ada.getByRole("list", { name: "Customers" }).getByRole("link", { name: "Wim Kok" }).waitFor()

  await more.click()
  const [download] = await Promise.all([
    ada.waitForEvent("download"),
    ada.getByRole("menuitem", { name: "Export as CSV" }).click(),
  ])
  expect(download.suggestedFilename()).toBe("customers.csv")
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk))
  expect(Buffer.concat(chunks).toString()).toContain(",Wim Kok,")

  await bo.goto(`${stage.url}/customers`)
  await bo.getByRole("list", { name: "Customers" }).getByRole("link").first().waitFor()
  expect(await bo.getByRole("button", { name: "Import and export" }).count()).toBe(0)
})
