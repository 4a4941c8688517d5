/** Voice messages, with a real (fake) microphone: recorded in the widget and heard at the desk, and the other way. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { sql } from "kysely"
import { openInbox, log as deskLog } from "../harness/people.ts"
import { expectNothing, SCHEMES } from "./axe.ts"
import { log as shopLog, openChat, openShop, type Shop } from "./shop.ts"

let shop: Shop
let visitor: Page
let ada: Page

/** Counts what the page really plays: the moments in which some sound's time has moved. */
const LISTENER = () => {
  const heard: HTMLAudioElement[] = []
  const play = HTMLMediaElement.prototype.play
  HTMLMediaElement.prototype.play = function (this: HTMLAudioElement) {
    if (!heard.includes(this)) heard.push(this)
    return play.call(this)
  }
  Object.assign(window, { heard })
}

type Heard = { at: number; length: number; isPaused: boolean; rate: number; decoded: number }
const heardOn = (page: Page) =>
  page.evaluate(() =>
    (window as unknown as { heard: HTMLAudioElement[] }).heard.map((sound) => ({
      at: sound.currentTime,
      length: sound.duration,
      isPaused: sound.paused,
      rate: sound.playbackRate,
      decoded: Number(Object(sound)["webkitAudioDecodedByteCount"]),
    })),
  ) as Promise<Heard[]>

beforeAll(async () => {
  shop = await openShop()
  const context = await shop.newContext()
  await context.addInitScript(LISTENER)
  visitor = await shop.enter(context)
  await openChat(visitor)
  const desk = await shop.newContext()
  await desk.addInitScript(LISTENER)
  await desk.addCookies(
    shop.ada
      .cookie()
      .split("; ")
      .map((pair) => {
        const [name = "", ...value] = pair.split("=")
        return { name, value: value.join("="), url: shop.parley.url }
      }),
  )
  ada = await desk.newPage()
  await ada.goto(shop.parley.url)
})
afterAll(() => shop?.close())

const record = (page: Page) => page.getByRole("button", { name: "Record a voice message" })
const stop = (page: Page) => page.getByRole("button", { name: "Stop recording" })
const recorder = (page: Page) => page.getByRole("group", { name: "Recording" })
const voicesIn = (place: ReturnType<Page["locator"]>) => place.getByRole("group", { name: /^Voice message/ })
const attachedVoice = (page: Page) => voicesIn(page.getByRole("list", { name: "Attached files" }))
const adaSends = () => ada.getByRole("button", { name: "Send", exact: true })
const visitorSends = () => visitor.getByRole("button", { name: "Send message" })

async function recordFor(page: Page, seconds: number): Promise<void> {
  await record(page).click()
  await expect.poll(() => page.getByRole("timer").innerText(), { timeout: 10_000 }).toBe(`0:0${seconds}`)
  await stop(page).click()
  await recorder(page).waitFor({ state: "detached" })
  await attachedVoice(page).waitFor()
}

test("what a visitor records is heard by him before he sends it, and by an agent afterwards", async () => {
  await record(visitor).click()
  const meter = visitor.getByRole("meter", { name: "Microphone level" })
  await expect.poll(async () => Number(await meter.getAttribute("aria-valuenow"))).toBeGreaterThan(5)
  await expect.poll(() => visitor.getByRole("timer").innerText(), { timeout: 10_000 }).toBe("0:03")
  await stop(visitor).click()
  await attachedVoice(visitor).getByRole("button", { name: "Play" }).click()
  await expect.poll(async () => (await heardOn(visitor))[0]?.at).toBeGreaterThan(0.3)
  await visitorSends().click()
  await voicesIn(shopLog(visitor)).waitFor()

  await openInbox(ada, "Everyone")
  const row = ada.getByRole("list", { name: "Conversations" }).getByRole("listitem")
  await row
    .filter({ hasText: /Voice message \(0:0[34]\)/ })
    .getByRole("link")
    .click()
  const shown = voicesIn(deskLog(ada))
  await shown.getByRole("button", { name: "Play" }).click()
  await expect.poll(async () => (await heardOn(ada))[0]?.at).toBeGreaterThan(0.5)
  const [sound] = await heardOn(ada)
  expect(sound?.length).toBeGreaterThan(2.5)
  expect(sound?.length).toBeLessThan(4)
  expect(sound?.decoded).toBeGreaterThan(0)
  const { rows } = await sql<{ peaks: number[] }>`
    select voice -> 'peaks' as peaks from files where voice is not null`.execute(shop.database.db)
  const peaks = rows[0]?.peaks ?? []
  expect(Math.max(...peaks)).toBe(100)
  // The beeps have pauses between them.
  expect(Math.min(...peaks)).toBeLessThan(30)
})

test("what an agent records is heard by the visitor", async () => {
  await recordFor(ada, 2)
  await adaSends().click()
  await expect.poll(() => voicesIn(shopLog(visitor)).count()).toBe(2)
  await voicesIn(shopLog(visitor)).last().getByRole("button", { name: "Play" }).click()
  await expect.poll(async () => (await heardOn(visitor)).at(-1)?.at).toBeGreaterThan(0.5)
  const sound = (await heardOn(visitor)).at(-1)
  expect(sound?.length).toBeGreaterThan(1.5)
  expect(sound?.length).toBeLessThan(3)
  expect(sound?.decoded).toBeGreaterThan(0)
})

test("one plays at a time, at the speed that is wanted, and the keyboard moves in it", async () => {
  const [first, second] = [voicesIn(deskLog(ada)).first(), voicesIn(deskLog(ada)).last()]
  await first.getByRole("button", { name: "Speed 1×" }).click()
  await first.getByRole("button", { name: "Speed 1.5×" }).click()
  await first.getByRole("button", { name: "Play" }).click()
  await first.getByRole("button", { name: "Pause" }).waitFor()
  expect((await heardOn(ada))[0]).toMatchObject({ rate: 2, isPaused: false })
  await second.getByRole("button", { name: "Play" }).click()
  await second.getByRole("button", { name: "Pause" }).waitFor()
  await first.getByRole("button", { name: "Play" }).waitFor()
  expect((await heardOn(ada)).filter(({ isPaused }) => !isPaused).length).toBe(1)
  await second.getByRole("button", { name: "Pause" }).click()

  const position = first.getByRole("slider", { name: "Position" })
  const words = () => position.getAttribute("aria-valuetext")
  await position.focus()
  await ada.keyboard.press("Home")
  await expect.poll(words).toMatch(/^0:00 of 0:0[34]$/)
  await ada.keyboard.press("ArrowRight")
  await expect.poll(words).toMatch(/^0:02 of/)
  await ada.keyboard.press("ArrowLeft")
  await expect.poll(words).toMatch(/^0:00 of/)
  await ada.keyboard.press(" ")
  await first.getByRole("button", { name: "Pause" }).waitFor()
  await ada.keyboard.press(" ")
  await first.getByRole("button", { name: "Play" }).waitFor()
})

test("by keyboard one is recorded, deleted and taken back again, on both sides", async () => {
  for (const page of [ada, visitor]) {
    await record(page).focus()
    await page.keyboard.press("Enter")
    await expect.poll(() => page.getByRole("timer").innerText()).toBe("0:01")
    await page.keyboard.press("Escape")
    await recorder(page).waitFor({ state: "detached" })
    expect(await attachedVoice(page).count()).toBe(0)
    await page.getByRole("button", { name: "Undo" }).click()
    await attachedVoice(page).waitFor()
    await page.getByRole("button", { name: /^Remove Voice message/ }).click()
    await attachedVoice(page).waitFor({ state: "detached" })
    await page.getByRole("button", { name: "Undo" }).click()
    await attachedVoice(page).waitFor()
    await page.getByRole("button", { name: /^Remove Voice message/ }).click()
    await attachedVoice(page).waitFor({ state: "detached" })
  }
})

test("a recording ends when the button that was held is let go", async () => {
  for (const page of [ada, visitor]) {
    const place = await record(page).boundingBox()
    if (place === null) throw new Error("There is nothing to hold.")
    await page.mouse.move(place.x + place.width / 2, place.y + place.height / 2)
    await page.mouse.down()
    await expect.poll(() => page.getByRole("timer").innerText(), { timeout: 10_000 }).toBe("0:02")
    await page.mouse.up()
    await attachedVoice(page).waitFor()
    await page.getByRole("button", { name: /^Remove Voice message/ }).click()
    await attachedVoice(page).waitFor({ state: "detached" })
  }
})

test("a recording is not lost with its page, and not with another conversation", async () => {
  await record(visitor).click()
  await expect.poll(() => visitor.getByRole("timer").innerText(), { timeout: 10_000 }).toBe("0:03")
  await visitor.reload()
  await openChat(visitor)
  await attachedVoice(visitor).waitFor()
  await expect.poll(() => visitorSends().isEnabled()).toBe(true)
  await visitorSends().click()
  await expect.poll(() => voicesIn(shopLog(visitor)).count()).toBe(3)
  await expect.poll(() => voicesIn(deskLog(ada)).count()).toBe(3)

  await record(ada).click()
  await expect.poll(() => ada.getByRole("timer").innerText(), { timeout: 10_000 }).toBe("0:03")
  await ada.reload()
  await ada
    .getByRole("list", { name: "Attached files" })
    .getByText("Voice message")
    .or(attachedVoice(ada))
    .first()
    .waitFor()
  await ada.getByRole("button", { name: /^Remove Voice message/ }).click()

  const here = ada.url()
  await record(ada).click()
  await expect.poll(() => ada.getByRole("timer").innerText(), { timeout: 10_000 }).toBe("0:01")
  await openInbox(ada, "Me")
  await recorder(ada).waitFor({ state: "detached" })
  await ada.goto(here)
  await attachedVoice(ada).or(ada.getByText("Voice message (0:01)")).first().waitFor()
  await ada.getByRole("button", { name: /^Remove Voice message/ }).click()
})

test("what is being recorded in one tab is nothing in another; once recorded it waits in both", async () => {
  const context = await shop.newContext()
  const first = await shop.enter(context)
  const other = await shop.enter(context)
  // On a slow line the other one has what takes care of files only in the middle of it.
  const begun = Promise.withResolvers<void>()
  await other.route("**/attaching*.js", async (route) => {
    await begun.promise
    await route.continue()
  })
  for (const page of [first, other]) await openChat(page)
  const shown: number[] = []
  const recordUntil = (time: string) =>
    expect
      .poll(
        async () => {
          shown.push(await attachedVoice(other).count())
          return first.getByRole("timer").innerText()
        },
        { timeout: 10_000 },
      )
      .toBe(time)
  await record(first).click()
  await recordUntil("0:02")
  begun.resolve()
  await recordUntil("0:04")
  expect(Math.max(...shown)).toBe(0)
  await stop(first).click()
  for (const page of [first, other]) {
    await attachedVoice(page).waitFor()
    expect(await attachedVoice(page).count()).toBe(1)
  }
  await context.close()
})

test("what is said in a note is for no visitor", async () => {
  const before = await voicesIn(shopLog(visitor)).count()
  await ada.getByRole("switch", { name: "Internal note" }).click()
  await recordFor(ada, 1)
  await adaSends().click()
  await expect.poll(() => voicesIn(deskLog(ada)).count()).toBe(before + 1)
  await ada.getByRole("switch", { name: "Internal note" }).click()
  await ada.getByRole("textbox", { name: "Answer" }).fill("After the note")
  await adaSends().click()
  await shopLog(visitor).getByText("After the note").waitFor()
  expect(await voicesIn(shopLog(visitor)).count()).toBe(before)
})

test("axe finds nothing while one is recorded, attached and heard", { timeout: 180_000 }, async () => {
  for (const page of [ada, visitor])
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme })
      await expectNothing(page, {
        recording: async () => {
          await record(page).click()
          await expect.poll(() => page.getByRole("timer").innerText()).toBe("0:01")
        },
        attached: async () => {
          await stop(page).click()
          await attachedVoice(page).waitFor()
        },
        heard: () => attachedVoice(page).getByRole("button", { name: "Play" }).click(),
        deleted: () => page.getByRole("button", { name: /^Remove Voice message/ }).click(),
      })
    }
})

test("where nothing can be recorded or played, it is said", async () => {
  for (const page of [ada, visitor]) {
    for (const [error, words] of [
      ["NotAllowedError", /keeps the microphone from/],
      ["NotFoundError", "No microphone was found."],
      ["NotReadableError", /cannot be used now/],
    ] as const) {
      await page.evaluate((name) => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("No.", name))
      }, error)
      await record(page).click()
      await page.getByText(words).waitFor()
      await recorder(page).waitFor({ state: "detached" })
      expect(await attachedVoice(page).count()).toBe(0)
    }
  }
  await ada.route("**/api/v1/files/*", (route) =>
    route.fulfill({ contentType: "audio/mp4", body: "no sound at all" }),
  )
  const last = voicesIn(deskLog(ada)).last()
  await last.getByRole("button", { name: "Play" }).click()
  await deskLog(ada).getByText("This browser cannot play the voice message").waitFor()
  await deskLog(ada).getByRole("link", { name: "Download" }).waitFor()
})
