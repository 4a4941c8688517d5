/** What the keys do: each one of the list, none while somebody types or composes, and where the focus is when its row goes. */
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, inbox, log, row } from "../harness/people.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let twilio: FakeTwilio
let adas: Colleague
let bos: Colleague
let ada: Page
let bo: Page

const NAMES = ["Vera", "Wim", "Xenia", "Yuri"]

beforeAll(async () => {
  stage = await openStage()
  twilio = await startFakeTwilio()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  // A number to begin conversations from.
  const settings = twilio.settings("+46700000001")
  const support = { name: "Support", teamId: company.everyoneId, settings }
  await succeed(company.owner.send("POST", "/sources", support))
  for (const name of NAMES) await company.write(name, { text: `${name} writes` })
  await succeed(company.act(bos, "Vera", "notes", { text: "A note on boots" }))
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  for (const page of [ada, bo]) {
    await page.goto(`${stage.url}/inbox/unassigned`)
    await row(page, "Yuri writes").waitFor()
  }
})
afterAll(async () => {
  await stage?.close()
  await twilio?.stop()
})

const noteField = (page: Page) => page.getByRole("textbox", { name: "Internal note" })
const bar = (page: Page) => page.getByRole("toolbar", { name: "Selected conversations" })
const hasFocus = (field: Locator) =>
  expect.poll(() => field.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
const link = (page: Page, text: string) => row(page, text).getByRole("link")
const button = (name: string) => conversation(ada).getByRole("button", { name, exact: true })

test("every key in the list of keys does what stands beside it", async () => {
  await ada.keyboard.press("?")
  const list = ada.getByRole("dialog", { name: "Keyboard shortcuts" })
  await list.waitFor()
  const lines = await list.locator("dl > div").evaluateAll((all) =>
    all.map((line) => ({
      what: line.querySelector("dt")?.textContent ?? "",
      keys: [...line.querySelectorAll("kbd")].map((key) => key.textContent),
    })),
  )
  await ada.keyboard.press("Escape")
  await list.waitFor({ state: "detached" })
  const keysFor = new Map(lines.map(({ what, keys }) => [what, keys]))
  const pressed = new Set<string>()
  const press = async (what: string) => {
    pressed.add(what)
    const keys = keysFor.get(what)?.map((key) => (key === "Esc" ? "Escape" : key)) ?? []
    if (keys[0] === "Ctrl") return ada.keyboard.press(`Control+${keys[1]}`)
    for (const key of keys) await ada.keyboard.press(key)
  }
  /** What opens over the page goes away again. */
  const opens = async (what: string, opened: Locator) => {
    await press(what)
    await opened.waitFor()
    await ada.keyboard.press("Escape")
    await opened.waitFor({ state: "detached" })
  }

  await press("Next conversation")
  await hasFocus(link(ada, "A note on boots"))
  await press("Next conversation")
  await hasFocus(link(ada, "Wim writes"))
  await press("Previous conversation")
  await hasFocus(link(ada, "A note on boots"))
  await press("Open")
  await log(ada).getByText("Vera writes").waitFor()
  await press("Internal note")
  await hasFocus(noteField(ada))
  await ada.keyboard.press("Escape")
  await press("Answer")
  await hasFocus(answerField(ada))
  await ada.keyboard.type("boots")
  await ada.keyboard.press("Control+a")
  await press("Bold: *words*")
  expect(await answerField(ada).inputValue()).toBe("*boots*")
  await press("Italic: _words_")
  expect(await answerField(ada).inputValue()).toBe("*_boots_*")
  await answerField(ada).fill("")
  await ada.keyboard.press("Escape")
  await press("Answer the latest note in its thread")
  const thread = ada.getByRole("complementary", { name: "Thread" })
  await hasFocus(thread.getByRole("textbox", { name: "Answer in the thread" }))
  await ada.keyboard.press("Escape")
  await thread.waitFor({ state: "detached" })
  await press("Assign to me")
  await conversation(ada)
    .getByText(/^Assigned to you/)
    .waitFor()
  await opens("Assign", ada.getByRole("group", { name: "To a colleague", exact: true }))
  await opens("Snooze", ada.getByRole("menuitem", { name: /^Until the customer writes/ }))
  await press("Star")
  await inbox(ada, "Starred, 1").waitFor()
  await press("Remove star")
  await inbox(ada, "Starred, 1").waitFor({ state: "detached" })
  await opens("Label the latest message", ada.getByRole("combobox", { name: "Find or make a label" }))
  await press("Mark unread")
  await ada.getByText("Marked unread.").waitFor()
  await press("Close")
  await button("Reopen").waitFor()
  await press("Reopen")
  await button("Close").waitFor()
  await press("Back to the list")
  await conversation(ada).waitFor({ state: "detached" })

  await press("Next conversation")
  await press("Select or not")
  await bar(ada).getByText("1 selected").waitFor()
  await press("Select or not")
  await bar(ada).waitFor({ state: "detached" })
  await press("Select or not")
  await bar(ada).waitFor()
  await press("Clear selection")
  await bar(ada).waitFor({ state: "detached" })
  await opens("New conversation by SMS", ada.getByRole("dialog", { name: "New conversation by SMS" }))
  await opens("Commands", ada.getByRole("dialog", { name: "Commands" }))
  await opens("Keyboard shortcuts", list)
  await press("Search")
  await hasFocus(ada.getByRole("searchbox", { name: "Search" }))
  await ada.keyboard.press("Escape")
  for (const [what, name] of [
    ["Go to Me", "Me"],
    ["Go to Starred", "Starred"],
    ["Go to team", "Everyone"],
    ["Go to Unassigned", "Unassigned"],
  ] as const) {
    await press(what)
    await ada.getByRole("heading", { name, level: 1, exact: true }).waitFor()
  }
  expect([...keysFor.keys()].filter((what) => !pressed.has(what))).toEqual([])
})

test("while somebody types, keys are letters and do nothing else", async () => {
  const keys = "rnt m a zes l u jkxc ?/ gm gu gs gt"
  await people.openConversation(ada, "Wim writes")
  const { pathname } = new URL(ada.url())
  const before = await company.see(adas, "Wim")
  const types = async (field: Locator) => {
    await field.click()
    await ada.keyboard.type(keys)
    expect(await field.inputValue()).toBe(keys)
    await hasFocus(field)
    expect(new URL(ada.url()).pathname).toBe(pathname)
    for (const role of ["dialog", "menu", "toolbar"] as const)
      expect(await ada.getByRole(role).count()).toBe(0)
    await field.fill("")
  }
  await types(answerField(ada))
  await ada.getByRole("button", { name: "Change the name" }).click()
  await types(ada.getByRole("complementary", { name: "Customer" }).getByRole("textbox", { name: "Name" }))
  await ada.keyboard.press("Escape")
  await ada.getByRole("switch", { name: "Internal note" }).click()
  await types(noteField(ada))
  await noteField(ada).fill("Nothing happened.")
  await noteField(ada).press("Enter")
  // It comes after whatever else was done.
  await expect.poll(async () => (await company.see(adas, "Wim")).last?.text).toBe("Nothing happened.")
  const { last: _, updatedAt: __, own, ...after } = await company.see(adas, "Wim")
  expect(after).toEqual({ ...after, assigneeId: before.assigneeId, isOpen: true, snooze: null })
  expect(own.isStarred).toBe(false)
  await ada.getByRole("switch", { name: "Internal note" }).click()

  const search = ada.getByRole("searchbox", { name: "Search" })
  await search.click()
  await ada.keyboard.type(keys)
  await ada.getByRole("heading", { name: "Search", level: 1 }).waitFor()
  expect(await search.inputValue()).toBe(keys)
  await hasFocus(search)
  await ada.goto(`${stage.url}/inbox/unassigned`)
})

test("Enter while words are composed chooses a word and sends nothing, as Chromium tells it and as Safari does", async () => {
  const vera = await stage.openBrowser()
  await people.openShop(vera, stage.url)
  await people.openChat(vera)
  await people.openInbox(ada, "Unassigned")
  await people.openConversation(ada, "Xenia writes")
  const compose = async (page: Page, field: Locator, text: string) => {
    await field.click()
    const keyboard = await page.context().newCDPSession(page)
    await field.evaluate((element: HTMLElement) => {
      // Answers and notes are written in the same one.
      if (element.dataset["told"] === undefined)
        element.addEventListener("keydown", ({ key, keyCode, isComposing }) => {
          if (keyCode === 229) element.dataset["told"] += `${key} ${isComposing} `
        })
      element.dataset["told"] = ""
    })
    // With the key code of every key that a composition takes for itself.
    const pressEnter = async () => {
      const enter = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 }
      await keyboard.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enter })
      await keyboard.send("Input.dispatchKeyEvent", { type: "keyUp", ...enter })
    }
    await keyboard.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 })
    await pressEnter()
    expect(await field.inputValue()).toBe("にほん")
    await keyboard.send("Input.insertText", { text })
    // Safari tells of the key that ended the composition after its end.
    await pressEnter()
    expect(await field.getAttribute("data-told")).toBe("Enter true Enter false ")
    expect(await field.inputValue()).toBe(text)
    expect(await log(page).getByText(text).count()).toBe(0)
    await page.keyboard.press("Enter")
    await log(page).getByText(text).waitFor()
    await expect.poll(() => field.inputValue()).toBe("")
  }
  await compose(ada, answerField(ada), "日本から答える")
  await ada.getByRole("switch", { name: "Internal note" }).click()
  await compose(ada, noteField(ada), "日本のメモ")
  await ada.getByRole("switch", { name: "Internal note" }).click()
  await compose(vera, people.messageField(vera), "日本から書く")
  await vera.context().close()
})

test("several picked conversations are moved to a team at once, where they are nobody's, and are back by Undo", async () => {
  const memberIds = [adas.agentId, bos.agentId]
  const { body } = await succeed(company.owner.send("POST", "/teams", { name: "Boots", memberIds }))
  await succeed(company.owner.send("PATCH", `/teams/${String(body.id)}`, { deliveryMode: "queue" }))
  for (const name of ["Wim", "Yuri"])
    await succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))
  await people.openInbox(bo, "Boots")
  await people.openInbox(ada, "Me")
  for (const text of ["Nothing happened.", "Yuri writes"]) {
    await row(ada, text).hover()
    await row(ada, text).getByRole("checkbox").click()
  }
  await bar(ada).getByText("2 selected").waitFor()
  await bar(ada).getByRole("button", { name: "Assign" }).click()
  await ada
    .getByRole("group", { name: "To a team" })
    .getByRole("menuitem", { name: /^Boots/ })
    .click()
  await ada.getByText("2 conversations moved to Boots.").waitFor()
  await inbox(bo, "Boots, 2").waitFor()
  for (const text of ["Nothing happened.", "Yuri writes"]) {
    await row(bo, text).waitFor()
    await row(ada, text).waitFor({ state: "detached" })
  }
  for (const name of ["Wim", "Yuri"]) expect((await company.see(bos, name)).assigneeId).toBeNull()
  await ada.getByRole("button", { name: "Undo" }).click()
  await row(ada, "Yuri writes").waitFor()
  await row(ada, "Nothing happened.").waitFor()
  await inbox(bo, "Boots, 2").waitFor({ state: "detached" })
})

test("when a colleague closes the conversation whose row has the focus, a neighbour has it", async () => {
  for (const name of NAMES)
    await succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))
  await people.openInbox(ada, "Me")
  await people.openInbox(bo, "Everyone")
  const texts = ["Yuri is first", "Xenia is second", "Wim is third", "Vera is last"]
  for (const text of texts.toReversed()) await company.write(text.split(" ")[0] ?? "", { text })
  await row(ada, "Yuri is first").waitFor()
  const closes = async (text: string) => {
    await people.openConversation(bo, text)
    await conversation(bo).getByRole("button", { name: "Close", exact: true }).click()
    await row(ada, text).waitFor({ state: "detached" })
  }
  await link(ada, "Yuri is first").focus()
  await ada.keyboard.press("j")
  await hasFocus(link(ada, "Xenia is second"))
  await closes("Xenia is second")
  await hasFocus(link(ada, "Wim is third"))
  // The last one has a neighbour above only.
  await ada.keyboard.press("j")
  await hasFocus(link(ada, "Vera is last"))
  await closes("Vera is last")
  await hasFocus(link(ada, "Wim is third"))
  await ada.keyboard.press("k")
  await hasFocus(link(ada, "Yuri is first"))
  // However the focus came there.
  await link(ada, "Wim is third").focus()
  await closes("Wim is third")
  await hasFocus(link(ada, "Yuri is first"))
  await company.write("Xenia", { text: "Xenia is back" })
  await row(ada, "is back").waitFor()
  await company.write("Wim", { text: "Wim is back" })
  await row(ada, "Wim is back").waitFor()
  await link(ada, "Xenia is back").focus()
  await closes("Xenia is back")
  await hasFocus(link(ada, "Yuri is first"))
})
