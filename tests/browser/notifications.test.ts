/** Sound and notifications while the desk is open and nobody looks at it. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { toldOfEverything } from "../../protocol/notifications.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { inbox, log } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"
import { allowNotifications, lookAway, lookBack, watchWorker, type Told } from "./told.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let ada: Page
let second: Page
let told: Told

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor")
  bos = await company.hire("Bo Lindqvist")
  await company.write("Vera")
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  await allowNotifications(ada.context())
  await ada.goto(`${stage.url}/settings/notifications`)
  await ada.getByRole("switch", { name: "Notifications while the desk is open" }).click()
  told = await watchWorker(ada)
  second = await ada.context().newPage()
  await second.goto(stage.url)
  await inbox(second, "Me, 1").waitFor()
  await second.locator("body").click()
  // Both have loaded what tells.
  await second.waitForTimeout(3_000)
})
afterAll(() => stage?.close())

const rings = async () => {
  const counts = await Promise.all(
    [ada, second].map((page) => page.evaluate(() => (window as unknown as { rings: number[] }).rings.length)),
  )
  // Two notes each.
  return counts.reduce((sum, count) => sum + count, 0) / 2
}
const titles = async () => (await told.shown()).map(({ title, body }) => `${title} | ${body}`)
/** Long enough for what must not come to have come. */
const settle = () => ada.waitForTimeout(1_500)

test("a message of mine is told once by all windows, and taken away when it is read elsewhere", async () => {
  await lookAway(ada)
  await lookAway(second)
  const { conversationId } = await company.write("Vera", {
    text: `Where are\n\nmy   boots? ${"x".repeat(300)}`,
  })
  await expect.poll(titles).toHaveLength(1)
  const [shown] = await told.shown()
  expect(shown).toMatchObject({ title: "Lead", tag: conversationId })
  expect(shown?.body).toMatch(/^Where are my boots\? x+$/)
  expect(shown?.body.length).toBeLessThanOrEqual(160)
  expect(await rings()).toBe(1)
  await settle()
  expect(await rings()).toBe(1)
  const { updatedAt } = await company.see(adas, "Vera")
  await succeed(company.act(adas, "Vera", "read", { upTo: updatedAt }))
  await expect.poll(titles).toEqual([])
})

test("while any window is looked at nothing is shown; it rings unless that very conversation is looked at", async () => {
  await lookBack(second)
  await company.write("Vera", { text: "And my laces?" })
  await expect.poll(rings).toBe(2)
  await settle()
  expect(await titles()).toEqual([])
  const { id } = await company.see(adas, "Vera")
  await second.goto(`${stage.url}/inbox/me/${id}`)
  await log(second).getByText("And my laces?").waitFor()
  await second.locator("h1").first().click()
  await second.waitForTimeout(3_000)
  const before = await rings()
  await company.write("Vera", { text: "Never mind." })
  await log(second).getByText("Never mind.").waitFor()
  await settle()
  expect(await rings()).toBe(before)
  expect(await titles()).toEqual([])
})

test("a mention, an offer and what waits unassigned are told; what one did oneself is not", async () => {
  await lookAway(ada)
  await lookAway(second)
  await company.write("Wim", { text: "Anybody there?" })
  await expect.poll(titles).toEqual(["Unassigned: Lead | Anybody there?"])
  await company.act(bos, "Wim", "notes", { text: `@{agent:${adas.agentId}} please` })
  await expect.poll(titles).toEqual(["Bo Lindqvist mentioned you · Lead | @Ada Okafor please"])
  await succeed(company.act(bos, "Wim", "offer", { agentId: adas.agentId }))
  await expect.poll(titles).toEqual(["Suggested to you: Lead | Accept it before it goes to Unassigned."])
  await succeed(company.act(adas, "Wim", "decline", { offerId: (await company.see(adas, "Wim")).offer?.id }))
  await succeed(company.assign(adas, "Wim", { kind: "agent", agentId: adas.agentId }))
  await succeed(company.act(adas, "Wim", "read", { upTo: (await company.see(adas, "Wim")).updatedAt }))
  await expect.poll(titles).toEqual([])
  await succeed(company.assign(adas, "Wim", { kind: "nobody" }))
  await company.act(adas, "Wim", "notes", { text: "so far so good" })
  await settle()
  expect(await titles()).toEqual([])
})

test("what is switched off is not told, nor what was written, and in quiet hours nothing rings", async () => {
  const set = (preference: object) =>
    succeed(adas.send("PUT", "/me/notifications", { preference: { ...toldOfEverything, ...preference } }))
  await set({ showsText: false })
  await settle()
  await company.write("Vera", { text: "a secret" })
  await expect.poll(titles).toEqual(["Lead | Something new for you."])
  await succeed(company.act(adas, "Vera", "read", { upTo: (await company.see(adas, "Vera")).updatedAt }))
  await expect.poll(titles).toEqual([])
  const before = await rings()
  await set({ kinds: { ...toldOfEverything.kinds, mine: false } })
  await settle()
  await company.write("Vera", { text: "one" })
  await set({ quietHours: { from: 0, to: 1_439, timeZone: "UTC" } })
  await settle()
  await company.write("Vera", { text: "two" })
  await settle()
  expect(await titles()).toEqual([])
  expect(await rings()).toBe(before)
  await set({})
})

test("a click opens the conversation in the window that is there", async () => {
  await settle()
  const { conversationId } = await company.write("Vera", { text: "Hello?" })
  await expect.poll(titles).toEqual(["Lead | Hello?"])
  await told.click(conversationId)
  await expect
    .poll(
      () => [ada, second].filter((page) => page.url().endsWith(`/conversations/${conversationId}`)).length,
    )
    .toBe(1)
  await expect.poll(titles).toEqual([])
})

test("the page sets the number on the icon, the button tries it, and being blocked is said with what to do", async () => {
  const third = await stage.openBrowserOf(adas)
  await allowNotifications(third.context(), "denied")
  await third.addInitScript(() => {
    Object.assign(window, { badges: [] })
    navigator.setAppBadge = async (badge) =>
      void (window as unknown as { badges: unknown[] }).badges.push(badge)
  })
  await third.goto(`${stage.url}/settings/notifications`)
  await third.getByText("The browser blocks notifications of this site.").waitFor()
  expect(await third.getByRole("switch", { name: "Notifications while the desk is open" }).isDisabled()).toBe(
    true,
  )
  await third.getByRole("button", { name: "Try it" }).click()
  await expect
    .poll(() => third.evaluate(() => (window as unknown as { rings: number[] }).rings.length))
    .toBe(2)
  const badge = Number(/^\((\d+)\)/.exec(await third.title())?.[1])
  expect(badge).toBeGreaterThan(0)
  await expect
    .poll(() => third.evaluate(() => (window as unknown as { badges: number[] }).badges.at(-1)))
    .toBe(badge)
  await third.context().close()
})
