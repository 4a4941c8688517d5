/** A push's whole way: from a customer's message through the browser's push service to the real service worker. */
import type { CDPSession, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { startPushService, type Subscribed } from "../harness/push-provider.ts"
import { inbox } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"
import { allowNotifications, lookAway, watchWorker, type Told } from "./told.ts"

let service: Awaited<ReturnType<typeof startPushService>>
let stage: Stage
let company: Company
let adas: Colleague
let ada: Page
let told: Told
let browser: Subscribed
let cable: CDPSession
let registrationId = ""
let conversationId = ""

beforeAll(async () => {
  service = await startPushService()
  browser = service.subscribe()
  stage = await openStage({ pushServices: [service.origin] })
  company = await stage.fill()
  adas = await company.hire("Ada Okafor")
  ada = await stage.openBrowserOf(adas)
  await allowNotifications(ada.context())
  // The browser of the tests has no push service behind it: this one is ours.
  await ada.context().addInitScript((subscription) => {
    const made = { ...subscription, toJSON: () => subscription, unsubscribe: () => Promise.resolve(true) }
    PushManager.prototype.subscribe = (options) => {
      if (!options?.userVisibleOnly || typeof options.applicationServerKey !== "string")
        throw new DOMException("Registration failed", "AbortError")
      return Promise.resolve(made as unknown as PushSubscription)
    }
    PushManager.prototype.getSubscription = () => Promise.resolve(made as unknown as PushSubscription)
  }, browser.subscription)
  await ada.goto(`${stage.url}/settings/notifications`)
  told = await watchWorker(ada)
  cable = await ada.context().newCDPSession(ada)
  cable.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    registrationId = registrations.at(-1)?.registrationId ?? registrationId
  })
  await cable.send("ServiceWorker.enable")
  ;({ conversationId } = await company.write("Vera"))
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
})
afterAll(async () => {
  await stage?.close()
  await service?.stop()
})

const toggle = (name: string) => ada.getByRole("switch", { name })
/** The push service hands over what it has got since the last time. */
async function deliver(): Promise<Record<string, unknown>> {
  await expect.poll(() => browser.received.length).toBeGreaterThan(0)
  const message = browser.received.shift()?.message ?? {}
  const data = JSON.stringify(message)
  await cable.send("ServiceWorker.deliverPushMessage", { origin: stage.url, registrationId, data })
  return message
}

test("switched on in Settings, a message comes to the screen once, with the badge on the icon", async () => {
  await toggle("Notifications while the desk is open").click()
  await toggle("Notifications while the desk is closed").click()
  await ada.getByRole("switch", { name: "Notifications while the desk is closed", checked: true }).waitFor()
  await ada.waitForTimeout(2_000)
  await lookAway(ada)
  await company.write("Vera", { text: "Where are my boots?" })
  const { badge } = await deliver()
  expect(badge).toBe(1)
  await expect
    .poll(async () => (await told.shown()).map(({ title, body, tag }) => [title, body, tag]))
    .toEqual([["Lead", "Where are my boots?", conversationId]])
  await expect.poll(async () => (await told.badges()).at(-1)).toBe(1)
  expect((await company.see(adas, "Vera")).own.unread).toBeGreaterThan(0)
})

test("read on another device it goes from the screen, and the number from the icon", async () => {
  await succeed(company.act(adas, "Vera", "read", { upTo: "2100-01-01T00:00:00.000000Z" }))
  expect(await deliver()).toEqual({ kind: "read", badge: 0, read: [conversationId] })
  await expect.poll(() => told.shown()).toEqual([])
  await expect.poll(async () => (await told.badges()).at(-1)).toBe(0)
})

test("a click opens the conversation in the window that is there", async () => {
  await company.write("Vera", { text: "Hello?" })
  await deliver()
  await expect.poll(async () => (await told.shown()).length).toBe(1)
  await told.click(conversationId)
  await expect.poll(() => new URL(ada.url()).pathname).toBe(`/conversations/${conversationId}`)
})

test("it stays on over a reload, until it is switched off", async () => {
  await ada.reload()
  await inbox(ada, "Me").waitFor()
  await ada.goto(`${stage.url}/settings/notifications`)
  await ada.getByRole("switch", { name: "Notifications while the desk is closed", checked: true }).click()
  await ada.getByRole("switch", { name: "Notifications while the desk is closed", checked: false }).waitFor()
  await expect.poll(async () => (await succeed(adas.get("/me/devices"))).body["endpoints"]).toEqual([])
})
