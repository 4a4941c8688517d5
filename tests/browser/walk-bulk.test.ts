/** Several conversations at once: picked by pointer, keyboard and finger; closed, assigned, undone, refused in part. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { row, rows } from "../harness/people.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let ada: Page

const NAMES = ["Vera", "Wim", "Xenia", "Yuri"]

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  for (const name of NAMES) {
    await company.write(name, { text: `${name} writes` })
    await succeed(company.assign(adas, name, { kind: "agent", agentId: adas.agentId }))
  }
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/me`)
  await row(ada, "Vera writes").waitFor()
})
afterAll(() => stage?.close())

const bar = (page: Page) => page.getByRole("toolbar", { name: "Selected conversations" })
const box = (page: Page, name: string) => row(page, `${name} writes`).getByRole("checkbox")
const link = (page: Page, name: string) => row(page, `${name} writes`).getByRole("link")
const assignees = () => Promise.all(NAMES.map(async (name) => (await company.see(adas, name)).assigneeId))
const open = () => Promise.all(NAMES.map(async (name) => (await company.see(adas, name)).isOpen))

test("a range is picked by the pointer and closed; one Undo opens all of it again", async () => {
  // From the top: the latest.
  await row(ada, "Yuri writes").hover()
  await box(ada, "Yuri").click()
  await bar(ada).getByText("1 selected").waitFor()
  await link(ada, "Wim").click({ modifiers: ["Shift"] })
  await bar(ada).getByText("3 selected").waitFor()
  await link(ada, "Xenia").click()
  await bar(ada).getByText("2 selected").waitFor()
  await link(ada, "Xenia").click()
  expect(new URL(ada.url()).pathname).toBe("/inbox/me")
  await expectNothing(ada, { selected: async () => undefined })
  await bar(ada).getByRole("button", { name: "Close", exact: true }).click()
  await ada.getByText("3 conversations closed.").waitFor()
  await expect.poll(() => rows(ada).count()).toBe(1)
  await expect.poll(open).toEqual([true, false, false, false])
  await ada.getByRole("button", { name: "Undo" }).click()
  await expect.poll(() => rows(ada).count()).toBe(4)
  await expect.poll(open).toEqual([true, true, true, true])
})

test("by the keyboard they are picked, assigned to a colleague, and given back", async () => {
  await link(ada, "Yuri").focus()
  await ada.keyboard.press("x")
  await ada.keyboard.press("j")
  await ada.keyboard.press("x")
  await bar(ada).getByText("2 selected").waitFor()
  await ada.keyboard.press("Escape")
  await bar(ada).waitFor({ state: "detached" })
  await ada.keyboard.press("x")
  await ada.keyboard.press("k")
  await ada.keyboard.press("x")
  await ada.keyboard.press("a")
  await ada.getByRole("menuitem", { name: /^Bo Lindqvist/ }).click()
  await ada.getByText("2 conversations assigned to Bo Lindqvist.").waitFor()
  const { agentId: me } = adas
  await expect.poll(assignees).toEqual([me, me, bos.agentId, bos.agentId])
  await ada.getByRole("button", { name: "Undo" }).click()
  await expect.poll(assignees).toEqual([me, me, me, me])
})

test("what is refused stays selected and is named; the rest is done", async () => {
  await row(ada, "Yuri writes").waitFor()
  await ada.context().setOffline(true)
  await company.write("Wim", { text: "Wim writes once more" })
  for (const name of ["Vera", "Wim"]) {
    await row(ada, `${name} writes`).hover()
    await box(ada, name).click()
  }
  await bar(ada).getByRole("button", { name: "Close", exact: true }).click()
  await ada.getByText("2 conversations closed.").waitFor()
  await ada.context().setOffline(false)
  await ada.getByText(/^1 of 2 done\. Lead: /).waitFor()
  await bar(ada).getByText("1 selected").waitFor()
  expect(await row(ada, "Wim writes once more").getByRole("checkbox").isChecked()).toBe(true)
  expect(await open()).toEqual([false, true, true, true])
  await ada.getByRole("button", { name: "Undo" }).click()
  await expect.poll(open).toEqual([true, true, true, true])
  await ada.keyboard.press("Escape")
})

test("a finger that stays picks, the next taps pick more, and a tap opens again when nothing is picked", async () => {
  const phone = await stage.openBrowserOf(adas, stage.url, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  await phone.goto(`${stage.url}/inbox/me`)
  const first = await link(phone, "Yuri").boundingBox()
  const touch = await phone.context().newCDPSession(phone)
  const at = { x: (first?.x ?? 0) + 20, y: (first?.y ?? 0) + 10 }
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] })
  await bar(phone).getByText("1 selected").waitFor()
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] })
  await link(phone, "Xenia").tap()
  await bar(phone).getByText("2 selected").waitFor()
  await bar(phone).getByRole("button", { name: "Star" }).tap()
  await phone.getByText("2 conversations starred.").waitFor()
  await expect.poll(async () => (await company.see(adas, "Xenia")).own.isStarred).toBe(true)
  await link(phone, "Vera").tap()
  await people.log(phone).getByText("Vera writes").waitFor()
})
