/** What goes out and what comes in where something is in the way: carriers, uploads, a server that was down, refusals. */
import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { sql } from "kysely"
import type { Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { start } from "../../server/main.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { settableClock } from "../harness/harness.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, inbox, log, row } from "../harness/people.ts"
import { findFreePort } from "../harness/proxy.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { openStage, type Stage } from "./stage.ts"

/** In the United States, where numbers have MMS. */
const NUMBER = "+15005550006"
const CUSTOMER = "+15005550101"
const SWEDE = "+46701234567"
const DAY = 86_400

let twilio: FakeTwilio
let stage: Stage
let company: Company
let url: string
let webhook: string
let bos: Colleague
let ada: Page
let bo: Page

beforeAll(async () => {
  twilio = await startFakeTwilio()
  const port = await findFreePort()
  // Where phones fetch files.
  url = `http://localhost:${port}`
  stage = await openStage({ port, publicUrl: url })
  company = await stage.fill()
  const made = await succeed(
    company.owner.send("POST", "/sources", {
      name: "Support number",
      teamId: company.everyoneId,
      settings: twilio.settings(NUMBER),
    }),
  )
  webhook = `${url}/webhooks/sms/${String(made.body.id)}`
  bos = await company.hire("Bo Lindqvist")
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor", { role: "admin" }), url)
  bo = await stage.openBrowserOf(bos, url)
  for (const page of [ada, bo]) {
    await page.goto(`${url}/inbox/unassigned`)
    await inbox(page, "Unassigned").waitFor()
  }
})
afterAll(async () => {
  await stage?.close()
  await twilio?.stop()
})

const attached = (page: Page) => page.getByRole("list", { name: "Attached files" }).getByRole("listitem")
const chooser = (page: Page) => conversation(page).locator("input[type=file]")
const sendButton = (page: Page) => conversation(page).getByRole("button", { name: "Send", exact: true })

/** Twilio tells us, as it signs it. */
async function customerTexts(from: string, body: string, more: Record<string, string> = {}): Promise<void> {
  const message = twilio.customerWrites({ from, to: NUMBER, body })
  expect((await twilio.post(webhook, twilio.webhookOf(message, more))).status).toBe(200)
}

async function openIn(page: Page, name: string, text: string): Promise<void> {
  await people.openInbox(page, name)
  await people.openConversation(page, text)
}

/** What a browser that knows nothing of us downloads from there. */
async function download(link: string): Promise<Buffer> {
  const phone = await stage.openBrowser()
  const [file] = await Promise.all([
    phone.waitForEvent("download"),
    // A download is no page that one gets to.
    phone.goto(link).catch(() => undefined),
  ])
  const bytes = await readFile(await file.path())
  await phone.context().close()
  return bytes
}

test("an answer of which nobody knows whether it went out says so to all, and goes out by Send again", async () => {
  await customerTexts(CUSTOMER, "Is it on its way?")
  await openIn(ada, "Unassigned", "on its way?")
  await openIn(bo, "Unassigned", "on its way?")
  twilio.setMood("take-and-cut")
  await people.answer(ada, "It left this morning.")
  for (const page of [ada, bo]) await log(page).getByText("This may have been sent.").waitFor()
  twilio.setMood("well")
  expect(twilio.sent).toHaveLength(1)
  await log(ada).getByRole("button", { name: "Send again" }).click()
  await expect.poll(() => twilio.sent.map(({ body }) => body)).toEqual(Array(2).fill("It left this morning."))
  for (const page of [ada, bo]) {
    await log(page).getByText("This may have been sent.").waitFor({ state: "detached" })
    await log(page).getByText("· sent").waitFor()
  }
})

test("a picture goes to a phone as MMS; another file, or where there is no MMS, is a link that ends", async () => {
  const noise = { width: 600, height: 600, channels: 3 as const }
  const large = await sharp(randomBytes(600 * 600 * 3), { raw: noise })
    .png()
    .toBuffer()
  const small = await sharp(large).resize(80).png().toBuffer()
  const pdf = Buffer.from("%PDF-1.4 prices")
  await openIn(ada, "Me", "It left this morning.")
  await chooser(ada).setInputFiles([
    { name: "boots.png", mimeType: "image/png", buffer: small },
    { name: "large.png", mimeType: "image/png", buffer: large },
    { name: "prices.pdf", mimeType: "application/pdf", buffer: pdf },
  ])
  await expect.poll(() => sendButton(ada).isEnabled()).toBe(true)
  await people.answer(ada, "Here they are:")
  await expect.poll(() => twilio.sent).toHaveLength(3)
  const [words, ...links] = twilio.sent[2]?.body.split("\n") ?? []
  expect(words).toBe("Here they are:")
  expect(links.map((link) => link.startsWith(`${url}/files/`))).toEqual([true, true])
  const [picture = "", ...others] = twilio.sent[2]?.mediaUrls ?? []
  expect(others).toEqual([])
  expect((await fetch(picture)).headers.get("content-type")).toBe("image/png")
  const [, toPrices = ""] = links
  expect(await download(toPrices)).toEqual(pdf)

  await customerTexts(SWEDE, "Can I see it?")
  await openIn(ada, "Unassigned", "Can I see it?")
  await chooser(ada).setInputFiles({ name: "boots.png", mimeType: "image/png", buffer: small })
  await expect.poll(() => sendButton(ada).isEnabled()).toBe(true)
  await people.answer(ada, "Of course.")
  await expect.poll(() => twilio.sent).toHaveLength(4)
  expect(twilio.sent[3]).toMatchObject({ mediaUrls: [] })
  expect(twilio.sent[3]?.body).toMatch(new RegExp(`^Of course\\.\\n${url}/files/\\S+$`))

  // The same installation, weeks from now.
  const clock = settableClock(new Date(Date.now() + 29 * DAY * 1_000))
  const config = { ...stage.database.config, port: 0, roles: new Set(["http"] as const) }
  const later = await start(config, { clock })
  try {
    const path = new URL(toPrices).pathname
    expect(await download(later.url + path)).toEqual(pdf)
    clock.advance(3 * DAY)
    const phone = await stage.openBrowser()
    expect((await phone.goto(later.url + path))?.status()).toBe(404)
    expect(await phone.content()).not.toContain("PDF-1.4")
  } finally {
    await later.stop()
  }
})

test("an upload shows how far it is, and one that is taken off half way goes nowhere", async () => {
  await company.write("Vera", { text: "Vera asks for the film" })
  await openIn(ada, "Unassigned", "asks for the film")
  const parts: (() => void)[] = []
  await ada.route("**/api/v1/files/*/parts**", async (route) => {
    await new Promise<void>((resolve) => parts.push(resolve))
    await route.continue().catch(() => undefined)
  })
  await chooser(ada).setInputFiles({
    name: "film.bin",
    mimeType: "application/octet-stream",
    buffer: randomBytes(3_000_000),
  })
  const progress = ada.getByRole("progressbar", { name: "Uploading film.bin" })
  const done = () => progress.evaluate((bar: HTMLProgressElement) => bar.position)
  await conversation(ada).getByText("A file is still being uploaded.").waitFor()
  expect(await sendButton(ada).isDisabled()).toBe(true)
  const seen = [await done()]
  for (const part of [1, 2]) {
    await expect.poll(() => parts.length).toBe(part)
    parts.at(-1)?.()
    await expect.poll(done).toBeGreaterThan(seen.at(-1) ?? 1)
    seen.push(await done())
  }
  expect(seen[0]).toBe(0)
  expect(seen.at(-1)).toBeLessThan(1)
  const cancelled = ada.waitForResponse((response) => response.request().method() === "DELETE")
  await ada.getByRole("button", { name: "Remove film.bin" }).click()
  await attached(ada).waitFor({ state: "detached" })
  await cancelled
  await people.answer(ada, "There is none.")
  await openIn(bo, "Everyone", "There is none.")
  expect(await log(bo).getByText("film.bin").count()).toBe(0)
  const { rows: left } = await sql`select id from files where name = 'film.bin'`.execute(stage.database.db)
  expect(left).toEqual([])
  await ada.unroute("**/api/v1/files/*/parts**")
})

test("a saved reply says the customer's name and the agent's, and Settings counts how often it was sent", async () => {
  await people.openSettings(ada, "Saved replies")
  await ada.getByRole("button", { name: "New reply" }).click()
  await ada.getByRole("textbox", { name: "Name" }).fill("Greeting")
  const text = "Dear {customer}, hello {customer.first}. Yours, {agent} ({agent.first})"
  await ada.getByRole("textbox", { name: "Text" }).fill(text)
  await ada.getByRole("button", { name: "Save" }).click()
  const line = ada.getByRole("listitem").filter({ hasText: "Greeting" })
  await line.waitFor()
  await company.write("Wim", { text: "Wim says hello" })
  await succeed(company.act(bos, "Wim", "customer", { name: "Wim de Vries" }))
  for (const times of [1, 2]) {
    await people.leaveSettings(ada)
    await openIn(ada, "Everyone", times === 1 ? "Wim says hello" : "Dear Wim de Vries")
    await answerField(ada).pressSequentially("/gre")
    await ada
      .getByRole("listbox", { name: "Saved replies" })
      .getByRole("option", { name: "Greeting" })
      .waitFor()
    await ada.keyboard.press("Enter")
    const filled = "Dear Wim de Vries, hello Wim. Yours, Ada Okafor (Ada)"
    expect(await answerField(ada).inputValue()).toBe(filled)
    await ada.keyboard.press("Enter")
    await expect.poll(() => log(ada).getByText(filled).count()).toBe(times)
    await people.openSettings(ada, "Saved replies")
    await line.getByText(times === 1 ? "sent 1 time" : "sent 2 times").waitFor()
  }
  await people.leaveSettings(ada)
})

test("what was texted while Parley was down is in the list when it is back, once and in order", async () => {
  const texts = ["Are you there?", "I ask once more.", "Then call me."]
  const missed: ReturnType<FakeTwilio["customerWrites"]>[] = []
  await openIn(ada, "Everyone", "Of course.")
  await people.openInbox(ada, "Everyone")
  await stage.restart(async () => {
    const now = Date.now()
    for (const [at, body] of texts.entries())
      missed.push(
        twilio.customerWrites({ from: SWEDE, to: NUMBER, body, at: new Date(now - (3 - at) * 1_000) }),
      )
    // It looks every minute.
    await sql`update jobs set run_at = '-infinity' where name = 'fetch-missed'`.execute(stage.database.db)
  })
  await row(ada, "Then call me.").waitFor()
  // Twilio tells it again, late.
  for (const message of missed) await twilio.post(webhook, twilio.webhookOf(message))
  await customerTexts(SWEDE, "Thank you for calling.")
  await people.openConversation(ada, "Thank you for calling.")
  const said = await log(ada).innerText()
  const times = [...texts, "Thank you for calling."].map((text) => said.split(text).length - 1)
  expect(times).toEqual([1, 1, 1, 1])
  const order = texts.map((text) => said.indexOf(text))
  expect(order).toEqual(order.toSorted((one, other) => one - other))
})

test("an answer to somebody whom a colleague has just blocked, or who has opted out, is not sent; it says why, and the text stays", async () => {
  const refuses = async (text: string, meanwhile: () => Promise<void>, why: string) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    await ada.route("**/answers", async (route) => {
      await promise
      await route.continue()
    })
    await answerField(ada).fill(text)
    await answerField(ada).press("Enter")
    await meanwhile()
    resolve()
    await conversation(ada).getByText(`Not sent. ${why} Send again if it still fits.`).waitFor()
    expect(await answerField(ada).inputValue()).toBe(text)
    expect(await log(ada).getByText(text).count()).toBe(0)
    await ada.unroute("**/answers")
  }
  const sent = twilio.sent.length
  await openIn(ada, "Everyone", "Thank you for calling.")
  const stop = () => customerTexts(SWEDE, "STOP", { OptOutType: "STOP" })
  await refuses("You are welcome.", stop, "The customer opted out of messages to this address.")
  await openIn(ada, "Everyone", "Here they are:")
  await openIn(bo, "Everyone", "Here they are:")
  const block = async () => {
    await bo.getByRole("button", { name: "Block", exact: true }).click()
    await log(bo).getByText("You blocked this customer").waitFor()
  }
  await refuses("It is near.", block, "This customer is blocked. Unblock to answer.")
  expect(twilio.sent).toHaveLength(sent)
})
