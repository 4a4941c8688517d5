/** The desk as an app on a phone or a desktop. */
import { readFile } from "node:fs/promises"
import type { CDPSession, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { inbox } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let page: Page
let browser: CDPSession

beforeAll(async () => {
  stage = await openStage()
  const company = await stage.fill()
  page = await stage.openBrowserOf(await company.hire("Ada Okafor"))
  await page.goto(stage.url)
  await inbox(page, "Me").waitFor()
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  browser = await page.context().newCDPSession(page)
})
afterAll(() => stage?.close())

type Manifest = {
  start_url: string
  shortcuts: { url: string }[]
  icons: { src: string; sizes: string; purpose?: string }[]
}

test("Chromium reads the manifest without a complaint and would install it", async () => {
  const { url, errors, data } = await browser.send("Page.getAppManifest")
  expect(url).toBe(`${stage.url}/manifest.webmanifest`)
  expect(errors).toEqual([])
  expect(JSON.parse(data ?? "")).toMatchObject({ name: "Parley", display: "standalone", id: "/" })
  const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors")
  expect(installabilityErrors).toEqual([])
})

test("every icon it names is there in the size it says, and every place in it opens", async () => {
  const { data } = await browser.send("Page.getAppManifest")
  const { icons, shortcuts, start_url: start } = JSON.parse(data ?? "") as Manifest
  const sizes = await page.evaluate(
    (sources) =>
      Promise.all(
        sources.map(async (src) => {
          const image = new Image()
          image.src = src
          await image.decode()
          return `${image.naturalWidth}x${image.naturalHeight}`
        }),
      ),
    [
      ...icons.filter((icon) => icon.sizes !== "any").map(({ src }) => src),
      "/icon-apple-180.png",
      "/badge-96.png",
    ],
  )
  expect(sizes).toEqual(["192x192", "512x512", "512x512", "180x180", "96x96"])
  expect(icons.some(({ purpose }) => purpose === "maskable")).toBe(true)
  for (const path of [start, ...shortcuts.map(({ url }) => url)]) {
    await page.goto(stage.url + path)
    await page.getByRole("heading", { level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).toBe(path)
  }
})

test("what iPhones read instead of it is in the page", async () => {
  const html = await (await fetch(stage.url)).text()
  expect(html).toContain('<link rel="apple-touch-icon" href="/icon-apple-180.png" />')
  expect(html).toContain('name="apple-mobile-web-app-title"')
  // The browser draws the icons, and a transparent one would stand on black there.
  const icon = await readFile("desk/public/icon-apple-180.png")
  const served = await fetch(`${stage.url}/icon-apple-180.png`)
  expect(Buffer.from(await served.arrayBuffer()).equals(icon)).toBe(true)
})

test("it opens without a network, with its icons", async () => {
  await page.goto(`${stage.url}/inbox/me`)
  await page.waitForTimeout(1_000)
  await page.context().setOffline(true)
  await page.goto(`${stage.url}/inbox/unassigned`)
  await inbox(page, "Me").waitFor()
  expect(await page.evaluate(async () => (await fetch("/icon-192.png")).ok)).toBe(true)
  expect(await page.evaluate(async () => (await fetch("/manifest.webmanifest")).ok)).toBe(true)
  await page.context().setOffline(false)
})
