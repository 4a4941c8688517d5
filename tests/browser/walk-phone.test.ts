/** The desk in one hand: swiping back, and what stands at the upper right. */
import type { CDPSession, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, log, row, rows } from "../harness/people.ts"
import { PHONE } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

const NAMES = Array.from({ length: 20 }, (_, at) => `C${at}`)

let stage: Stage
let company: Company
let adas: Colleague
let phone: Page
let finger: CDPSession

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor")
  await company.hire("Bo Lindqvist")
  const teamId = await company.makeTeam([adas], { deliveryMode: "queue" })
  const sourceId = await company.makeSource(teamId)
  for (const name of NAMES) await company.write(name, { at: sourceId, text: `${name} asks` })
  await company.write("Vera", { text: `Vera asks ${"about boots ".repeat(200)}` })
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  phone = await stage.openBrowserOf(adas, stage.url, PHONE)
  finger = await phone.context().newCDPSession(phone)
  await phone.goto(`${stage.url}/inbox/me`)
})
afterAll(() => stage?.close())

beforeEach(async () => {
  await phone.evaluate(() => {
    document.dir = "ltr"
    getSelection()?.removeAllRanges()
  })
  if (await conversation(phone).isVisible()) return
  await row(phone, "Vera asks").getByRole("link").tap()
  await log(phone).getByText("Vera asks").waitFor()
})

type Point = { x: number; y: number }

/** Slowly, so that it is the way that counts. What the conversation looks like before the finger is lifted. */
async function swipe(from: Point, to: Point): Promise<string> {
  const steps = 8
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: Point[]) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints })
  await touch("touchStart", [from])
  for (let step = 1; step <= steps; step += 1) {
    const part = step / steps
    await touch("touchMove", [{ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }])
    await phone.waitForTimeout(40)
  }
  const moved = await conversation(phone).evaluate((element) => (element as HTMLElement).style.translate)
  await touch("touchEnd", [])
  return moved
}

test("a swipe to the right goes back to the list, and follows the finger on its way", async () => {
  expect(await swipe({ x: 80, y: 400 }, { x: 280, y: 410 })).toMatch(/^1\d\dpx|^200px/)
  await conversation(phone).waitFor({ state: "detached" })
  await row(phone, "Vera asks").waitFor()
})

test("scrolling, a short pull, one from the very edge and one to the left go nowhere", async () => {
  await swipe({ x: 80, y: 500 }, { x: 110, y: 300 })
  await swipe({ x: 80, y: 400 }, { x: 140, y: 400 })
  await swipe({ x: 8, y: 400 }, { x: 280, y: 400 })
  await swipe({ x: 280, y: 400 }, { x: 80, y: 400 })
  await phone.waitForTimeout(500)
  expect(await conversation(phone).isVisible()).toBe(true)
  expect(await conversation(phone).evaluate((element) => (element as HTMLElement).style.translate)).toBe("")
})

test("selecting text is no swipe", async () => {
  await phone.evaluate(() => {
    const article = document.querySelector("[role=log] article, [role=log] [role=article]")
    if (article) getSelection()?.selectAllChildren(article)
  })
  await swipe({ x: 80, y: 400 }, { x: 280, y: 400 })
  await phone.waitForTimeout(300)
  expect(await conversation(phone).isVisible()).toBe(true)
})

test("where text runs to the left it is mirrored; without motion nothing moves, and it goes back all the same", async () => {
  await phone.evaluate(() => {
    document.dir = "rtl"
  })
  await phone.emulateMedia({ reducedMotion: "reduce" })
  expect(await swipe({ x: 80, y: 400 }, { x: 280, y: 400 })).toBe("")
  expect(await conversation(phone).isVisible()).toBe(true)
  expect(await swipe({ x: 280, y: 400 }, { x: 80, y: 400 })).toBe("")
  await conversation(phone).waitFor({ state: "detached" })
  await phone.emulateMedia({ reducedMotion: "no-preference" })
})

test("a sheet goes away by the same swipe, and the conversation under it stays", async () => {
  await phone.getByRole("button", { name: "Customer information" }).tap()
  const sheet = phone.getByRole("dialog", { name: "Customer" })
  await sheet.waitFor()
  await phone.waitForTimeout(400)
  await swipe({ x: 80, y: 500 }, { x: 280, y: 500 })
  await sheet.waitFor({ state: "detached" })
  expect(await conversation(phone).isVisible()).toBe(true)
})

test("the phone's own back closes what is on top, one thing after the other, and only then goes back to the list", async () => {
  const sheet = phone.getByRole("dialog", { name: "Customer" })
  const dialog = phone.getByRole("dialog", { name: "Merge with another customer" })
  await phone.getByRole("button", { name: "Customer information" }).tap()
  await sheet.getByRole("button", { name: "Merge with…" }).tap()
  await dialog.waitFor()
  await phone.evaluate(() => history.back())
  await dialog.waitFor({ state: "detached" })
  expect(await sheet.isVisible()).toBe(true)
  await phone.evaluate(() => history.back())
  await sheet.waitFor({ state: "detached" })
  expect(await conversation(phone).isVisible()).toBe(true)

  const more = phone.getByRole("menu")
  await conversation(phone).getByRole("button", { name: "More" }).tap()
  await more.waitFor()
  await phone.evaluate(() => history.back())
  await more.waitFor({ state: "detached" })
  expect(await conversation(phone).isVisible()).toBe(true)
  // What was typed is there, too, and nothing was left in between.
  await people.answerField(phone).fill("Typed before")
  await phone.evaluate(() => history.back())
  await row(phone, "Vera asks").waitFor()
  await row(phone, "Vera asks").getByRole("link").tap()
  await expect.poll(() => people.answerField(phone).inputValue()).toBe("Typed before")
  await people.answerField(phone).fill("")
})

test("after a conversation the list is where it was", async () => {
  const page = await stage.openBrowserOf(adas, stage.url, PHONE)
  await page.goto(`${stage.url}/inbox/unassigned`)
  const wanted = row(page, "C14 asks")
  for (const goBack of [
    () => page.getByRole("button", { name: "Back to the list" }).tap(),
    () => page.goBack(),
  ]) {
    await rows(page).first().waitFor()
    for (let tries = 0; (await wanted.count()) === 0 && tries < 10; tries += 1)
      await rows(page).last().scrollIntoViewIfNeeded()
    await wanted.scrollIntoViewIfNeeded()
    const before = await wanted.boundingBox()
    await wanted.getByRole("link").tap()
    await log(page).getByText("C14 asks").waitFor()
    await goBack()
    await rows(page).first().waitFor()
    await page.waitForTimeout(300)
    expect(await wanted.boundingBox()).toEqual(before)
  }
  await page.context().close()
})

test("who went back to the list does not come to the conversation again by the phone's own back", async () => {
  const page = await stage.openBrowserOf(adas, stage.url, PHONE)
  const toList = page.getByRole("button", { name: "Back to the list" })
  const heading = (name: string) => page.getByRole("heading", { level: 1, name })
  await page.goto(`${stage.url}/inbox/starred`)
  await heading("Starred").waitFor()
  await people.inbox(page, "Me").tap()
  await row(page, "Vera asks").getByRole("link").tap()
  await toList.tap()
  await row(page, "Vera asks").waitFor()
  await page.goBack()
  await heading("Starred").waitFor()

  // A link has no list before it.
  await page.goto(`${stage.url}/conversations/${(await company.see(adas, "Vera")).id}`)
  await toList.tap()
  await row(page, "Vera asks").waitFor()
  await page.goBack()
  await heading("Starred").waitFor()
  await page.context().close()
})

test("teams stand in one order wherever they do, 2 before 10, and none with a 0", async () => {
  const teams = ["Everyone", "Line 1", "Line 2", "Line 10"]
  for (const name of teams.toReversed().slice(0, -1))
    await succeed(company.owner.send("POST", "/teams", { name, memberIds: [adas.agentId] }))
  const desk = await stage.openBrowserOf(adas)
  const page = await stage.openBrowserOf(adas, stage.url, PHONE)
  for (const where of [desk, page]) await where.goto(`${stage.url}/inbox/starred`)

  const links = desk
    .getByRole("navigation", { name: "Inboxes" })
    .getByRole("link", { name: /^(Everyone|Line)/ })
  await links.nth(3).waitFor()
  const beside = (await links.allTextContents()).map((text) => text.trim())
  expect(beside).toEqual(teams)
  await desk.getByRole("button", { name: /^(Available|Away)/ }).click()
  await desk.getByRole("menuitemcheckbox", { name: "Line 2" }).waitFor()
  expect(await desk.getByRole("menuitemcheckbox", { name: /^(Everyone|Line)/ }).allTextContents()).toEqual(
    teams,
  )

  await page.getByRole("heading", { level: 1 }).getByRole("button", { name: "Starred" }).tap()
  const lines = page.getByRole("menuitem", { name: /^(Everyone|Line)/ })
  await lines.nth(3).waitFor()
  expect((await lines.allTextContents()).map((text) => text.replace(/^Everyone\d$/, "Everyone"))).toEqual(
    teams,
  )
  await desk.context().close()
  await page.context().close()
})

test("Close and Assign are in the menu at the upper right", async () => {
  const more = phone.getByRole("button", { name: "More" })
  const box = await more.boundingBox()
  expect(box?.x).toBeGreaterThan(300)
  expect(box?.y).toBeLessThan(60)
  await more.tap()
  await phone
    .getByRole("menuitem", { name: /^Bo Lindqvist/ })
    .first()
    .waitFor()
  await phone.getByRole("menuitem", { name: "Close" }).tap()
  await expect.poll(async () => (await company.see(adas, "Vera")).isOpen).toBe(false)
})
