/**
 * Notifications without a screen to show them on: the browser of the tests allows none. What the real service worker
 * asks to be shown and taken away is kept in it, and everything before that is real.
 */
import type { BrowserContext, Page, Worker } from "playwright-core"

export type Shown = { title: string; body: string; tag: string; data: { path: string } }

/** Before the first page is opened. `permission`: what the browser's settings say of the site. */
export async function allowNotifications(
  context: BrowserContext,
  permission: "granted" | "denied" = "granted",
): Promise<void> {
  await context.addInitScript((state) => {
    Object.defineProperty(Notification, "permission", { get: () => state })
    Notification.requestPermission = () => Promise.resolve(state)
    const rings: number[] = []
    Object.assign(window, { rings })
    const { createOscillator } = AudioContext.prototype
    AudioContext.prototype.createOscillator = function (this: AudioContext) {
      rings.push(Date.now())
      return createOscillator.call(this)
    }
  }, permission)
}

type Kept = { shown: (Shown & { isClosed?: boolean })[]; badges: number[] }
declare const self: { kept: Kept } & ServiceWorkerRegistrationHolder
type ServiceWorkerRegistrationHolder = { registration: ServiceWorkerRegistration; navigator: Navigator }

export type Told = {
  worker: Worker
  /** What stands on the screen. */
  shown(): Promise<Shown[]>
  badges(): Promise<number[]>
  click(tag: string): Promise<void>
}

/** Once a page of the desk has been open for some seconds. */
export async function watchWorker(page: Page): Promise<Told> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  const context = page.context()
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"))
  await worker.evaluate(() => {
    const kept: Kept = { shown: [], badges: [] }
    self.kept = kept
    self.registration.showNotification = async (title, options = {}) => {
      kept.shown = kept.shown.filter(({ tag }) => tag !== options.tag)
      kept.shown.push({ ...(options as Omit<Shown, "title">), title })
    }
    self.registration.getNotifications = async ({ tag } = {}) =>
      kept.shown
        .filter((one) => tag === undefined || one.tag === tag)
        .map((one) => ({
          ...one,
          close: () => {
            kept.shown = kept.shown.filter((other) => other !== one)
          },
        })) as unknown as Notification[]
    self.navigator.setAppBadge = async (badge = 0) => void kept.badges.push(badge)
  })
  return {
    worker,
    shown: () => worker.evaluate(() => self.kept.shown),
    badges: () => worker.evaluate(() => self.kept.badges),
    click: (tag) =>
      worker.evaluate(async (clicked) => {
        const [notification] = await self.registration.getNotifications({ tag: clicked })
        if (!notification) throw new Error("There is no such notification.")
        const click = new Event("notificationclick")
        dispatchEvent(Object.assign(click, { notification, waitUntil: () => undefined }))
      }, tag),
  }
}

/** The agent turns to something else; the window stays open. */
export async function lookAway(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.hasFocus = () => false
    dispatchEvent(new Event("blur"))
  })
}

export async function lookBack(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.hasFocus = () => true
    dispatchEvent(new Event("focus"))
  })
}
