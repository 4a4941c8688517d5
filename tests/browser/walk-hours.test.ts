/** Working hours: set in Settings, seen at the desk and on the website. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  ada = await stage.openBrowserOf(adas, stage.url, { timezoneId: "Europe/Stockholm" })
  await ada.goto(`${stage.url}/inbox/me`)
})
afterAll(() => stage?.close())

async function hoursOfEveryone(): Promise<unknown> {
  const { body } = await succeed(adas.get("/teams"))
  const rows: Record<string, unknown>[] = Array.isArray(body.rows) ? body.rows : []
  return rows.find((row) => row["id"] === company.everyoneId)?.["hours"]
}

test("a team's hours are set with a break at noon, a Saturday night and a holiday", async () => {
  await people.openSettings(ada, "Team")
  await ada.getByRole("button", { name: "Change Everyone" }).click()
  const dialog = ada.getByRole("dialog", { name: "Everyone" })
  await dialog.getByRole("switch", { name: "Working hours" }).click()
  expect(await dialog.getByRole("combobox", { name: "Time zone" }).inputValue()).toBe("Europe/Stockholm")
  const monday = dialog.getByRole("group", { name: "Monday" })
  await monday.getByLabel("Monday, to").fill("12:00")
  await monday.getByRole("button", { name: "Add hours on Monday" }).click()
  await monday.getByLabel("Monday, from").nth(1).fill("13:00")
  await monday.getByLabel("Monday, to").nth(1).fill("18:30")
  await dialog.getByRole("button", { name: "Remove hours on Friday" }).click()
  await dialog.getByRole("group", { name: "Friday" }).getByText("Free").waitFor()
  const saturday = dialog.getByRole("group", { name: "Saturday" })
  await saturday.getByRole("button", { name: "Add hours on Saturday" }).click()
  await saturday.getByLabel("Saturday, from").fill("20:00")
  await saturday.getByLabel("Saturday, to").fill("00:00")
  for (const [date, words] of [
    ["2026-12-25", "25 Dec 2026"],
    ["2026-12-24", "24 Dec 2026"],
    ["2027-01-01", "1 Jan 2027"],
  ] as const) {
    await dialog.getByLabel("Holiday", { exact: true }).fill(date)
    await dialog.getByRole("button", { name: "Add", exact: true }).click()
    await dialog.getByRole("listitem").filter({ hasText: words }).waitFor()
  }
  await dialog.getByRole("button", { name: "Remove 1 Jan 2027" }).click()
  await dialog.getByRole("button", { name: "Save" }).click()
  await dialog.waitFor({ state: "detached" })
  const usual = [{ from: "09:00", to: "17:00" }]
  expect(await hoursOfEveryone()).toEqual({
    timeZone: "Europe/Stockholm",
    days: [
      [
        { from: "09:00", to: "12:00" },
        { from: "13:00", to: "18:30" },
      ],
      usual,
      usual,
      usual,
      [],
      [{ from: "20:00", to: "24:00" }],
      [],
    ],
    holidays: ["2026-12-24", "2026-12-25"],
  })
})

test("out of hours the desk says so, and the website when somebody is back, by the visitor's clock", async () => {
  const opens = new Date(Date.now() + 3 * 86_400_000)
  const weekday = (opens.getUTCDay() + 6) % 7
  const days = Array.from({ length: 7 }, (_, day) =>
    day === weekday ? [{ from: "09:00", to: "10:00" }] : [],
  )
  const hours = { timeZone: "UTC", days, holidays: [] }
  await succeed(company.owner.send("PATCH", `/teams/${company.everyoneId}`, { hours }))
  await ada.getByRole("listitem").filter({ hasText: "Everyone" }).getByText("Out of hours now").waitFor()
  await people.leaveSettings(ada)
  await ada.getByRole("button", { name: /^Away, / }).click()
  await ada.getByRole("menuitemcheckbox", { name: "Everyone (out of hours)" }).waitFor()

  const vera = await stage.openBrowser({ locale: "en-GB", timezoneId: "Etc/GMT-2" })
  await people.openShop(vera, stage.url, `/try?source=${company.sourceId}`)
  await vera.getByRole("button", { name: "Open chat", exact: true }).click()
  const name = opens.toLocaleDateString("en-GB", { weekday: "long", timeZone: "UTC" })
  await vera.getByText(`We are back on ${name} at 11:00`).first().waitFor()

  await succeed(company.owner.send("PATCH", `/teams/${company.everyoneId}`, { hours: null }))
  await ada.keyboard.press("Escape")
  await ada.getByRole("button", { name: /^Available, / }).waitFor()
})
