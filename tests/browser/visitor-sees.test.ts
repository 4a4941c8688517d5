/** What a visitor sees of who answers him, and what he does not. */
import { sql } from "kysely"
import type { Locator, Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, inbox, log, messageField } from "../harness/people.ts"
import { bubbles, launcher } from "./shop.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage({ mostFileMegabytes: 1 })
  company = await stage.fill()
  const adas = await company.hire("Ada Okafor", { role: "admin" })
  const bos = await company.hire("Bo Lindqvist")
  // Three waited for eighteen minutes.
  for (const name of ["Una", "Wim", "Xenia"]) {
    await company.write(name)
    await succeed(company.answer(bos, name))
  }
  await sql`
    update entries set at = at - interval '18 minutes'
     where type = 'message' and agent_id is null`.execute(stage.database.db)
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  for (const [page, background] of [
    [ada, "#2f6f9f"],
    [bo, "#a85b28"],
  ] as const) {
    await page.goto(`${stage.url}/settings/profile`)
    const photo = sharp({ create: { width: 400, height: 400, channels: 3, background } })
    await page
      .getByLabel("Photo", { exact: true })
      .setInputFiles({ name: "me.png", mimeType: "image/png", buffer: await photo.png().toBuffer() })
    await page.getByRole("button", { name: "Change photo" }).waitFor()
    await page.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
    await inbox(page, "Me").waitFor()
  }
})
afterAll(() => stage?.close())

const isPicture = (element: Element) => element instanceof HTMLImageElement && element.naturalWidth > 0
const shows = (picture: Locator) => expect.poll(() => picture.evaluate(isPicture)).toBe(true)
const dialog = (page: Page) => page.getByRole("dialog", { name: "Chat with Acme" })
const card = (page: Page) => page.getByRole("region", { name: "Message from Acme" })
const typing = (page: Page) => log(page).getByRole("img", { name: "Ada is typing" })

async function visit(): Promise<Page> {
  const page = await stage.openBrowser({ reducedMotion: "reduce" })
  await people.openShop(page, stage.url)
  return page
}

/** A visitor has written, and Ada looks at it. */
async function begin(visitor: Page, text: string): Promise<void> {
  await people.openChat(visitor)
  await people.say(visitor, text)
  await people.openConversation(ada, text)
}

test("home shows the company, the team's photos, how soon it really answered, and the way to begin", async () => {
  const vera = await visit()
  await people.openChat(vera)
  const home = dialog(vera)
  await home.getByText("Acme", { exact: true }).waitFor()
  await home.getByText("Usually replies within 20 minutes").waitFor()
  await home.getByText("2 people are here now").waitFor()
  const photos = home.locator(".hero-faces img")
  expect(await photos.count()).toBe(2)
  for (const photo of await photos.all()) await shows(photo)
  await home.getByRole("button", { name: "Start a conversation" }).click()
  await log(vera).getByText("This is the beginning of your conversation with Acme.").waitFor()
  await vera.context().close()
})

test("who answers has a first name and a photo, is seen to type, and each learns what became of his words", async () => {
  const vera = await visit()
  await people.openChat(vera)
  await people.say(vera, "Do they come in green?")
  await log(vera).getByText("Sent", { exact: true }).waitFor()
  await people.openConversation(ada, "come in green")
  await log(vera).getByText("Seen", { exact: true }).waitFor()
  await answerField(ada).pressSequentially("They ")
  await typing(vera).waitFor()
  await people.answer(ada, "They do.")
  await typing(vera).waitFor({ state: "detached" })
  await log(vera).getByText("Ada", { exact: true }).waitFor()
  await vera.getByRole("heading", { name: "Ada", exact: true }).waitFor()
  await shows(dialog(vera).locator(".top .avatar img"))
  expect(await dialog(vera).getByText("Okafor").count()).toBe(0)
  await log(ada).getByText("· seen").waitFor()

  await vera.getByRole("button", { name: "Close chat" }).click()
  await people.answer(ada, "Dark green, too.")
  await log(ada).getByText("· delivered").waitFor()
  await launcher(vera).click()
  await log(ada).getByText("· delivered").waitFor({ state: "detached" })
  await vera.context().close()
})

test("an emoji stands where the caret was, and nothing at all is asked for it", async () => {
  const vera = await visit()
  const asked: string[] = []
  vera.on("request", (request) => asked.push(request.url()))
  await people.openChat(vera)
  await messageField(vera).fill("Thanks, bye")
  await messageField(vera).press("Home")
  for (let step = 0; step < 6; step += 1) await messageField(vera).press("ArrowRight")
  await vera.getByText("people are here now").waitFor()
  const before = asked.length
  expect(await vera.getByRole("group", { name: "Emoji" }).count()).toBe(0)
  await vera.getByRole("button", { name: "Emoji" }).click()
  await vera.getByRole("group", { name: "Emoji" }).getByRole("button", { name: "🎉" }).click()
  await vera.keyboard.type("!")
  expect(await messageField(vera).inputValue()).toBe("Thanks🎉!, bye")
  expect(asked.slice(before)).toEqual([])
  await messageField(vera).press("Enter")
  await people.openConversation(ada, "Thanks🎉!, bye")
  await vera.context().close()
})

test("what an admin sets speaks first after its time, with photos; dismissed it stays away, and it is answered in place", async () => {
  const text = "Questions about sizes?"
  await people.openSettings(ada, "Sources")
  const speaks = ada.getByRole("switch", { name: "Speak to visitors first" })
  await speaks.click()
  await ada.getByRole("textbox", { name: "Text", exact: true }).fill(text)
  await ada.getByRole("spinbutton", { name: "After seconds" }).fill("90")
  await ada.getByRole("button", { name: "Save", exact: true }).first().click()
  await ada.getByText("Saved.").waitFor()
  await expect.poll(loader).toContain(text)

  const vera = await stage.openBrowser()
  await vera.clock.install()
  await people.openShop(vera, stage.url)
  await vera.clock.fastForward(80_000)
  expect(await card(vera).count()).toBe(0)
  await vera.clock.fastForward(10_000)
  await card(vera).getByText(text).waitFor()
  await shows(card(vera).locator("img").first())
  await vera.getByRole("button", { name: "Dismiss" }).click()
  await vera.getByRole("link", { name: "Boots" }).click()
  await vera.waitForURL("**/try/skog")
  await launcher(vera).waitFor()
  await vera.clock.fastForward(200_000)
  expect(await card(vera).count()).toBe(0)
  await vera.context().close()

  const wim = await stage.openBrowser()
  await wim.clock.install()
  await people.openShop(wim, stage.url)
  await wim.clock.fastForward(91_000)
  await card(wim).getByRole("textbox", { name: "Message" }).fill("Is 42 a large one?")
  expect(await dialog(wim).count()).toBe(0)
  await card(wim).getByRole("textbox", { name: "Message" }).press("Enter")
  await log(wim).getByText("Is 42 a large one?").waitFor()
  await speaks.click()
  await ada.getByRole("button", { name: "Save", exact: true }).first().click()
  await expect.poll(loader).not.toContain(text)
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Everyone")
  await people.openConversation(ada, "Is 42 a large one?")
  await wim.context().close()
})

async function loader(): Promise<string> {
  const response = await fetch(`${stage.url}/w/${company.sourceId}.js`)
  return response.text()
}

test("a file that is too large and one that he stops are said at the file, and what he wrote stays", async () => {
  const vera = await visit()
  await begin(vera, "I have pictures")
  const send = vera.getByRole("button", { name: "Send message" })
  const choose = (name: string, bytes: number) =>
    dialog(vera)
      .locator("input[type=file]")
      .setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.alloc(bytes, 7) })
  await messageField(vera).fill("Here they are")
  await choose("huge.bin", 1_100_000)
  const attached = vera.getByRole("list", { name: "Attached files" })
  await attached.getByRole("listitem").filter({ hasText: "huge.bin" }).getByRole("alert").waitFor()
  await attached.getByText("The file is too large.").waitFor()
  expect(await send.isDisabled()).toBe(true)
  await vera.getByRole("button", { name: "Remove huge.bin" }).click()
  await attached.waitFor({ state: "detached" })

  await vera.route("**/parts?*", () => undefined)
  await choose("film.bin", 900_000)
  await vera.getByRole("progressbar", { name: "Uploading film.bin" }).waitFor()
  expect(await send.isDisabled()).toBe(true)
  await vera.getByRole("button", { name: "Remove film.bin" }).click()
  await attached.waitFor({ state: "detached" })
  await vera.unroute("**/parts?*")
  expect(await messageField(vera).inputValue()).toBe("Here they are")
  await choose("small.bin", 1_000)
  await expect.poll(() => send.isEnabled()).toBe(true)
  await send.click()
  await log(ada).getByText("Here they are").waitFor()
  await log(ada).getByText("small.bin").waitFor()
  expect(
    await log(ada)
      .getByText(/huge\.bin|film\.bin/)
      .count(),
  ).toBe(0)
  await vera.context().close()
})

test("nothing internal reaches his open chat: no note, no file on it, no label, nor who looks", async () => {
  const vera = await visit()
  const heard: string[] = []
  vera.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => heard.push(String(payload))))
  vera.on("response", (response) => {
    if (response.url().includes("/visitor/"))
      response.text().then(
        (text) => heard.push(text),
        () => {},
      )
  })
  await begin(vera, "I want my money back")
  await people.openInbox(bo, "Everyone")
  await people.openConversation(bo, "my money back")
  await conversation(ada).getByRole("img", { name: "Bo Lindqvist" }).first().waitFor()
  await people.note(ada, async (field) => {
    await field.fill("She is a zirkonium case")
    await conversation(ada)
      .locator("input[type=file]")
      .setInputFiles({ name: "ledger.txt", mimeType: "text/plain", buffer: Buffer.from("rhodium") })
  })
  await log(bo).getByText("ledger.txt").waitFor()
  await log(ada).focus()
  await ada.keyboard.press("l")
  await ada.getByRole("combobox", { name: "Find or make a label" }).fill("Swindle")
  await ada.getByRole("option", { name: "Make “Swindle”" }).click()
  await ada.keyboard.press("Escape")
  await log(bo).getByText("Swindle").waitFor()
  await people.answer(ada, "It is on its way.")
  await log(vera).getByText("It is on its way.").waitFor()
  expect(await bubbles(vera)).toEqual(["I want my money back", "It is on its way."])
  expect(await log(vera).innerText()).not.toMatch(/zirkonium|ledger|Swindle|Bo/)
  const bytes = heard.join("\n")
  expect(bytes).toContain("It is on its way.")
  expect(bytes).not.toMatch(/zirkonium|ledger|rhodium|Swindle|Lindqvist|Okafor/)
  await vera.context().close()
})

test("what is read in one tab is read in the other", async () => {
  const first = await visit()
  await begin(first, "I have two tabs")
  const second = await first.context().newPage()
  await people.openShop(second, stage.url, "/try/skog")
  await first.getByRole("button", { name: "Close chat" }).click()
  await people.answer(ada, "Read me once")
  for (const tab of [first, second]) await tab.getByLabel("1 unread message").waitFor()
  await launcher(first).click()
  await log(first).getByText("Read me once").waitFor()
  for (const tab of [first, second]) await tab.getByLabel("1 unread message").waitFor({ state: "hidden" })
  expect(await log(second).count()).toBe(0)
  await log(ada).getByText("· seen").waitFor()
  await first.context().close()
})
