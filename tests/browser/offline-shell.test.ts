import { readdir } from "node:fs/promises"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { launchBrowser } from "../harness/harness.ts"
import { answer, log, openBrowserFor, openConversation, row } from "../harness/people.ts"
import { openEditions, type Editions } from "./editions.ts"
import { openStage } from "./stage.ts"

const BUILT = ".build/desk"

/** From here on the worker answers for the page, so it has a whole version. */
const settle = (page: Page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated")
/** Whole versions that are kept, none of them on its way. */
const versionsIn = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration()
    if (registration?.installing || registration?.waiting) return undefined
    const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)))
    const pages = await Promise.all(stores.map((store) => store.match("/index.html")))
    return pages.filter((one) => one !== undefined).length
  })

test("the desk opens without a server, and what is written then is sent once", async () => {
  const stage = await openStage()
  try {
    const company = await stage.fill()
    const ada = await company.hire("Ada")
    await company.write("Marta", { text: "Do you ship to Norway?" })
    const page = await stage.openBrowserOf(ada)
    await page.goto(`${stage.url}/inbox/unassigned`)
    await openConversation(page, "Do you ship to Norway?")
    await settle(page)
    const answers = async () =>
      (await company.timeline(ada, "Marta")).filter(
        ({ body }) => body.type === "message" && body.text === "Yes, in four days.",
      ).length

    await stage.restart(async () => {
      await page.reload()
      await row(page, "Do you ship to Norway?").waitFor()
      await log(page).getByText("Do you ship to Norway?").waitFor()
      await page.getByText("Offline. What you write is sent when you are back.").waitFor()
      await answer(page, "Yes, in four days.")
      await page.reload()
      await log(page).getByText("Yes, in four days.").waitFor()
      await page.getByRole("link", { name: "Settings" }).click()
      await page.getByRole("heading", { name: "Profile", level: 1 }).waitFor()
    })
    await expect.poll(answers, { timeout: 30_000 }).toBe(1)
    await page.getByText("Offline.").waitFor({ state: "detached" })
    expect(await answers()).toBe(1)
  } finally {
    await stage.close()
  }
}, 120_000)

test("a part that cannot be had is waited for, and takes nothing else with it", async () => {
  const stage = await openStage()
  try {
    const company = await stage.fill()
    await company.write("Marta")
    const page = await stage.openBrowserOf(await company.hire("Ada"))
    const missed: string[] = []
    await page.context().route("**/assets/menu-popup-*.js", (route) => {
      missed.push(route.request().url())
      return route.abort()
    })
    await page.context().route("**/healthz", (route) => route.abort())
    await page.goto(`${stage.url}/inbox/unassigned`)
    await expect.poll(() => missed.length, { timeout: 15_000 }).toBeGreaterThan(0)
    await row(page, "Hello from Marta").waitFor()
    await page.context().unroute("**/assets/menu-popup-*.js")
    await page.context().unroute("**/healthz")
    const menu = async () => {
      await page.getByRole("button", { name: "Sort" }).click()
      return page.getByRole("menu").isVisible()
    }
    await expect.poll(menu, { timeout: 20_000, interval: 1_500 }).toBe(true)
  } finally {
    await stage.close()
  }
}, 120_000)

test("nothing but the desk itself is kept", async () => {
  const stage = await openStage()
  try {
    const company = await stage.fill()
    await company.write("Marta")
    const page = await stage.openBrowserOf(await company.hire("Ada"))
    await page.goto(`${stage.url}/inbox/unassigned`)
    await openConversation(page, "Hello from Marta")
    await settle(page)
    await page.goto(`${stage.url}/try`)
    const kept = await page.evaluate(async () => {
      const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)))
      const requests = await Promise.all(stores.map((store) => store.keys()))
      return requests.flat().map(({ url }) => new URL(url).pathname)
    })
    expect(kept).toContain("/index.html")
    const given = await readdir("desk/public")
    const isOurs = (path: string) =>
      /^\/(index\.html|assets\/[\w.-]+)$/.test(path) || given.includes(path.slice(1))
    expect(kept.filter((path) => !isOurs(path))).toEqual([])
  } finally {
    await stage.close()
  }
}, 120_000)

let browser: Browser
let editions: Editions
let second: string
beforeAll(async () => {
  browser = await launchBrowser()
  editions = await openEditions(BUILT)
  second = await editions.make("second")
}, 120_000)
afterAll(async () => {
  await browser.close()
  await editions.close()
})

const edition = (page: Page) => page.evaluate(() => document.documentElement.dataset["edition"] ?? "first")

async function openFirst(): Promise<Page> {
  editions.serve(BUILT)
  const page = await openBrowserFor(browser)
  await page.goto(`${editions.url}/inbox/me`)
  await settle(page)
  editions.missed.length = 0
  return page
}

test("a new version takes over with the second visit, and a window of the old one goes on until then", async () => {
  const page = await openFirst()
  const [file] = await page.evaluate(async () => {
    const [name = ""] = await caches.keys()
    const requests = await (await caches.open(name)).keys()
    return requests.map(({ url }) => url).filter((url) => url.includes("/assets/settings-"))
  })
  editions.serve(second)
  await page.reload()
  await page.getByRole("link", { name: "Settings" }).waitFor()
  expect(await edition(page)).toBe("first")
  await expect.poll(() => versionsIn(page)).toBe(2)
  const parts = await page.evaluate(async (url) => (await fetch(url)).status, file ?? "")
  expect(parts).toBe(200)
  expect(editions.missed).toEqual([])
  await page.reload()
  await page.getByRole("link", { name: "Settings" }).waitFor()
  expect(await edition(page)).toBe("second")
  expect(editions.missed).toEqual([])
  await page.context().close()
})

test("a version that cannot be had whole changes nothing", async () => {
  const page = await openFirst()
  editions.serve(await editions.spoil(second))
  for (let visit = 0; visit < 3; visit += 1) {
    await page.reload()
    await page.getByRole("link", { name: "Settings" }).waitFor()
    await expect.poll(() => editions.missed.length, { timeout: 15_000 }).toBeGreaterThan(visit)
    expect(await edition(page)).toBe("first")
  }
  await page.context().close()
})

test("a server that speaks another protocol gets the new version at once, whatever is kept", async () => {
  const page = await openFirst()
  await page.routeWebSocket("**/api/v1/stream**", (socket) => {
    socket.onMessage(() => socket.send(JSON.stringify({ kind: "bye", why: "protocol" })))
  })
  editions.serve(second)
  await page.reload()
  await expect.poll(() => edition(page).catch(() => "loading"), { timeout: 20_000 }).toBe("second")
  await page.context().close()

  const other = await openFirst()
  editions.serve(await editions.spoil(second))
  await other.routeWebSocket("**/api/v1/stream**", (socket) => {
    socket.onMessage(() => socket.send(JSON.stringify({ kind: "bye", why: "protocol" })))
  })
  await other.reload()
  await expect.poll(() => edition(other).catch(() => "loading"), { timeout: 20_000 }).toBe("second")
  await other.context().close()
})
