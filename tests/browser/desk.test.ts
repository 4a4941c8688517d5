import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { start, type Parley } from "../../server/main.ts"
import { createTestDatabase, launchBrowser, type TestDatabase } from "../harness/harness.ts"
import { visitorOf } from "./look-company.ts"

const PASSWORD = "correct horse battery"

let database: TestDatabase
let parley: Parley
let browser: Browser
let ada: Page
let bo: Page
let source: string
let data: string

beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), "parley-desk-"))
  database = await createTestDatabase({ dataFolder: data })
  parley = await start(database.config)
  browser = await launchBrowser()
  ada = await openPage()
  bo = await openPage()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await parley?.stop()
  await database?.close()
  await rm(data, { recursive: true, force: true })
})

async function openPage(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(8_000)
  return page
}

const inbox = (page: Page, name: RegExp) =>
  page.getByRole("navigation", { name: "Inboxes" }).getByRole("link", { name })
const rowWith = (page: Page, text: string) =>
  page.getByRole("list", { name: "Conversations" }).getByRole("listitem").filter({ hasText: text })
const log = (page: Page) => page.getByRole("log", { name: "Messages" })

describe("the desk", () => {
  it("makes a workspace on the first visit", async () => {
    await ada.goto(parley.url)
    await expect(
      ada.getByRole("heading", { name: "Create your workspace" }).waitFor(),
    ).resolves.toBeUndefined()
    await ada.getByLabel("Your name").fill("Ada Okafor")
    await ada.getByLabel("Work e-mail").fill("ada@northwind.test")
    await ada.getByLabel("Password").fill(PASSWORD)
    await ada.getByLabel("Company").fill("Northwind")
    await ada.getByRole("button", { name: "Create workspace" }).click()
    await ada.getByRole("link", { name: "Customer Service" }).waitFor()
    await ada.getByText("What is assigned or suggested to you appears here.").waitFor()
  })

  it("lets a colleague in by a link", async () => {
    await ada.getByRole("link", { name: "Settings" }).click()
    await ada.getByRole("link", { name: "Sources" }).click()
    source =
      /\/w\/([0-9a-f-]{36})\.js/.exec(await ada.getByLabel("Script for your website").inputValue())?.[1] ?? ""
    await ada.getByRole("link", { name: "Team" }).click()
    await ada.getByRole("button", { name: "Change Everyone" }).click()
    await ada.getByLabel("New conversations").selectOption({ label: "Go to Unassigned" })
    await ada.getByRole("button", { name: "Save" }).click()
    await ada.getByRole("button", { name: "Invite" }).click()
    const link = ada.getByRole("textbox", { name: "Invitation link" })
    await expect.poll(() => link.inputValue()).toMatch(/\/invitation\//)
    await bo.goto(await link.inputValue())
    await bo.getByLabel("Your name").fill("Bo Lindqvist")
    await bo.getByLabel("Work e-mail").fill("bo@northwind.test")
    await bo.getByLabel("Password").fill(PASSWORD)
    await bo.getByRole("button", { name: "Join" }).click()
    await inbox(bo, /^Unassigned/).waitFor()
  })

  it("shows a new message in Unassigned, and who is looking at it", async () => {
    await inbox(bo, /^Unassigned/).click()
    await ada.goto(`${parley.url}/inbox/unassigned`)
    const marta = visitorOf(parley.url, source, "en")
    await marta("Do you ship to Malmö?")
    await inbox(ada, /^Unassigned, 1$/).waitFor()
    await ada.getByRole("link", { name: "Customer Service, 1 needs attention" }).waitFor()
    await expect.poll(() => ada.title()).toBe("(1) Unassigned · Parley")
    await rowWith(ada, "Do you ship").getByRole("link").click()
    await log(ada).getByText("Do you ship to Malmö?").waitFor()
    await rowWith(bo, "Do you ship").getByRole("img", { name: "Ada Okafor" }).waitFor()
    await rowWith(bo, "Do you ship").getByRole("link").click()
    await bo.getByRole("group", { name: "Also viewing" }).getByRole("img", { name: "Ada Okafor" }).waitFor()
  })

  it("takes the conversation by answering it", async () => {
    await ada.getByRole("textbox", { name: "Answer" }).fill("Yes, in two days.")
    await ada.keyboard.press("Enter")
    await log(ada).getByText("Yes, in two days.").waitFor()
    await inbox(ada, /^Me, 1$/).waitFor()
    await expect.poll(() => rowWith(bo, "Do you ship").count()).toBe(0)
    await log(bo).getByText("Yes, in two days.").waitFor()
    await log(bo).getByText("Ada Okafor took this conversation").waitFor()
  })

  it("carries a note that names a colleague to his Mentions", async () => {
    await ada.getByRole("switch", { name: "Internal note" }).click()
    const note = ada.getByRole("textbox", { name: "Internal note" })
    await note.pressSequentially("Can you check, @b")
    await ada.getByRole("option", { name: "Bo Lindqvist" }).waitFor()
    await ada.keyboard.press("Enter")
    await expect.poll(() => note.inputValue()).toBe("Can you check, @Bo Lindqvist ")
    await note.pressSequentially("and @everyone too?")
    await ada.keyboard.press("Enter")
    await log(ada).getByText("@Bo Lindqvist").waitFor()
    await log(ada).getByText("@Everyone").waitFor()
    await inbox(bo, /^Mentions, 1$/).click()
    await rowWith(bo, "Can you check").waitFor()
    await ada.getByRole("switch", { name: "Internal note" }).click()
  })

  it("holds an answer once when a colleague has answered meanwhile", async () => {
    await rowWith(bo, "Can you check").getByRole("link").click()
    await ada.getByRole("textbox", { name: "Answer" }).pressSequentially("One more thing")
    await bo.getByRole("textbox", { name: "Answer" }).fill("We also ship on Saturdays.")
    await bo.keyboard.press("Enter")
    await log(ada).getByText("We also ship on Saturdays.").waitFor()
    await ada.getByRole("button", { name: "Send" }).click()
    await ada.getByText("Bo Lindqvist answered meanwhile: send anyway?").waitFor()
    await ada.getByRole("button", { name: "Send" }).click()
    await log(ada).getByText("One more thing").waitFor()
  })

  it("closes with undo, stars and marks unread", async () => {
    await ada.getByRole("button", { name: "Star" }).click()
    await inbox(ada, /^Starred, 1$/).waitFor()
    await ada.getByRole("button", { name: "Close" }).click()
    await ada.getByRole("button", { name: "Reopen" }).waitFor()
    await ada.getByRole("button", { name: "Undo" }).click()
    await ada.getByRole("button", { name: "Close" }).waitFor()
    const message = ada.getByRole("article").filter({ hasText: "Do you ship" })
    await message.hover()
    await message.getByRole("button", { name: "Message actions" }).click()
    await ada.getByRole("menuitem", { name: "Mark unread from here" }).click()
    await inbox(ada, /^Me, 1$/).click()
    await ada.getByRole("link", { name: /Customer Service, 1/ }).waitFor()
  })

  it("remembers filter and order over a reload", async () => {
    await ada.getByRole("button", { name: "Sort" }).click()
    await ada.getByRole("menuitemradio", { name: "Oldest update first" }).click()
    await ada.getByRole("button", { name: "Filter" }).click()
    await ada.getByRole("menuitemradio", { name: "Closed" }).click()
    await ada.getByText("Conversations appear here once they are closed.").waitFor()
    await ada.reload()
    await ada.getByText("Conversations appear here once they are closed.").waitFor()
    await ada.getByRole("button", { name: "Sort" }).click()
    await expect
      .poll(() =>
        ada.getByRole("menuitemradio", { name: "Oldest update first" }).getAttribute("aria-checked"),
      )
      .toBe("true")
    await ada.keyboard.press("Escape")
    await ada.getByRole("button", { name: "Show open ones" }).click()
    await rowWith(ada, "One more thing").waitFor()
  })

  it("is led by the keyboard", async () => {
    await ada.keyboard.press("g")
    await ada.keyboard.press("m")
    await ada.keyboard.press("j")
    await ada.keyboard.press("Enter")
    await log(ada).getByText("One more thing").waitFor()
    // A button that has the focus takes Enter for itself.
    const url = ada.url()
    const sort = ada.getByRole("button", { name: "Sort" })
    await sort.focus()
    await ada.keyboard.press("Enter")
    await ada.getByRole("menuitemradio", { name: "Oldest update first" }).waitFor()
    await ada.keyboard.press("Escape")
    await expect.poll(() => sort.evaluate((button) => button === document.activeElement)).toBe(true)
    expect(ada.url()).toBe(url)
    await sort.blur()
    await ada.keyboard.press("n")
    await expect
      .poll(() =>
        ada
          .getByRole("textbox", { name: "Internal note" })
          .evaluate((field) => field === document.activeElement),
      )
      .toBe(true)
    await ada.keyboard.press("Escape")
    await ada.keyboard.press("r")
    await ada.getByRole("textbox", { name: "Answer" }).waitFor()
    await ada.keyboard.press("Escape")
    await ada.keyboard.press("Escape")
    const left = rowWith(ada, "One more thing").getByRole("link")
    await expect.poll(() => left.evaluate((link) => link === document.activeElement)).toBe(true)
  })

  it("has the way out in Settings on a phone, where there is no rail", async () => {
    const phone = await openPage({
      viewport: { width: 390, height: 844 },
      storageState: await ada.context().storageState(),
    })
    await phone.goto(`${parley.url}/settings/profile`)
    await phone.getByRole("button", { name: "Ada Okafor" }).click()
    await phone.getByRole("menuitem", { name: "Sign out" }).waitFor()
    await phone.context().close()
  })

  it("takes whoever follows a mistyped address to Me", async () => {
    await ada.goto(`${parley.url}/nowhere/at/all`)
    await ada.getByRole("heading", { name: "Me", level: 1 }).waitFor()
  })

  it("shows a long history without a jump, from the end, from a link and back", async () => {
    const marta = visitorOf(parley.url, source, "en")
    await marta("Message 0")
    await ada.goto(`${parley.url}/inbox/unassigned`)
    await rowWith(ada, "Message 0").getByRole("link").click()
    await log(ada).getByText("Message 0").waitFor()
    const id = new URL(ada.url()).pathname.split("/").at(-1) ?? ""
    await writeNotes(id, 130)
    await log(ada).getByText("Note 130", { exact: true }).waitFor()
    await expect.poll(() => log(ada).getByText("Message 0").count()).toBe(0)
    await ada.reload()
    await log(ada).getByText("Note 130", { exact: true }).waitFor()

    await log(ada).hover()
    for (let turn = 0; turn < 60 && (await log(ada).getByText("Message 0").count()) === 0; turn++) {
      await ada.mouse.wheel(0, -600)
      await ada.waitForTimeout(60)
    }
    await log(ada).getByText("Message 0").waitFor()
    await marta("Are you there?")
    await ada.getByRole("button", { name: "1 new" }).click()
    await log(ada).getByText("Are you there?").waitFor()

    const noteId = await bo.evaluate(async (path) => {
      const page: { rows: { id: string; body: { text?: string } }[] } = await (await fetch(path)).json()
      return page.rows.find((row) => row.body.text === "Note 20")?.id
    }, `/api/v1/conversations/${id}/entries?limit=200`)
    await ada.goto(`${parley.url}/conversations/${id}?entry=${noteId}`)
    await log(ada).getByText("Note 20", { exact: true }).waitFor()
    await expect.poll(() => log(ada).getByText("Are you there?").count()).toBe(0)
    await ada.getByRole("button", { name: "To the latest" }).click()
    await log(ada).getByText("Are you there?").waitFor()
  })

  it("keeps the end in sight when the window or the composer changes its size", async () => {
    await ada.setViewportSize({ width: 1440, height: 900 })
    await log(ada).press("End")
    const distance = () => log(ada).evaluate((all) => all.scrollHeight - all.scrollTop - all.clientHeight)
    const answer = ada.getByRole("textbox", { name: "Answer" })
    await expect.poll(distance).toBeLessThan(2)
    await answer.fill("One line\n".repeat(6))
    await ada.waitForTimeout(300)
    expect(await distance()).toBeLessThan(2)
    await answer.fill("")
    for (const size of [
      { width: 390, height: 700 },
      { width: 390, height: 400 },
      { width: 1440, height: 900 },
    ]) {
      await ada.setViewportSize(size)
      await ada.waitForTimeout(500)
      await expect.poll(distance, { message: JSON.stringify(size) }).toBeLessThan(2)
    }
    await log(ada).hover()
    await ada.mouse.wheel(0, -900)
    await expect.poll(distance).toBeGreaterThan(500)
    await ada.setViewportSize({ width: 1440, height: 700 })
    await ada.waitForTimeout(300)
    expect(await distance()).toBeGreaterThan(500)
    await ada.setViewportSize({ width: 1440, height: 900 })
  })

  it("opens from disk while the server is away, and says so", async () => {
    const page = await openPage()
    await page.context().addCookies(await ada.context().cookies())
    await page.goto(`${parley.url}/inbox/all`)
    await page.getByRole("list", { name: "Conversations" }).getByRole("listitem").first().waitFor()
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated")
    await page.context().setOffline(true)
    await page.reload()
    await page.getByRole("list", { name: "Conversations" }).getByRole("listitem").first().waitFor()
    await page.getByText("Offline. What you write is sent when you are back.").waitFor()
    await page.context().close()
  })
})

/** By the second agent's own hand, as fast as the server takes them. */
async function writeNotes(conversationId: string, count: number): Promise<void> {
  await bo.evaluate(
    async ({ path, count: most }) => {
      for (let at = 1; at <= most; at++) {
        const id = `01900000-0000-7000-8000-${String(Date.now()).slice(-8)}${String(at).padStart(4, "0")}`
        const answer = await fetch(path, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ id, text: `Note ${at}` }),
        })
        if (!answer.ok) throw new Error(await answer.text())
      }
    },
    { path: `/api/v1/conversations/${conversationId}/notes`, count },
  )
}
