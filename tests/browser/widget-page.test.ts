/** The chat on somebody's page: where it may be, where it stands, and what the page's own scripts can do with it. */
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { field, launcher, openShop, say, type Shop } from "./shop.ts"

let shop: Shop
let context: BrowserContext
/** Another website on this machine. */
let host: Server

beforeAll(async () => {
  shop = await openShop()
  const line = `<script async src="${shop.cable.url}/w/${shop.sourceId}.js"></script>`
  const html = `<!doctype html><title>Shop</title><script>
      heard = []
      for (const kind of ["parley:ready", "parley:unread"])
        document.addEventListener(kind, ({ type, target }) => heard.push(type + " " + target.unread))
    </script><h1>Socks</h1>${line}`
  // What old libraries and busy analysts do to a page.
  const patches = `<script>
      Array.prototype.toJSON = function () { return "[" + this.map((one) => JSON.stringify(one)).join(",") + "]" }
      Object.prototype.extended = Array.prototype.last = function () { return this[this.length - 1] }
      const { fetch: asked } = window, { parse, stringify } = JSON
      fetch = (...all) => (heard.push("fetched"), asked(...all))
      JSON.parse = (...all) => parse(...all)
      JSON.stringify = (...all) => stringify(...all)
      define = Object.assign(() => { throw new Error("not a module") }, { amd: {} })
      module = { exports: (exports = {}) }
    </script>`
  const socket = shop.cable.url.replace("http", "ws")
  const strict = `default-src 'none'; script-src ${shop.cable.url} 'nonce-page'; connect-src ${shop.cable.url} ${socket}; require-trusted-types-for 'script'; trusted-types 'none'`
  host = createServer(({ url }, response) => {
    response.setHeader("content-type", "text/html")
    if (url === "/strict") response.setHeader("content-security-policy", strict)
    const page = url === "/patched" ? html.replace("<h1>", `${patches}<h1>`) : html
    response.end(page.replace("<script>", '<script nonce="page">'))
  })
  await once(host.listen(0, "127.0.0.1"), "listening")
})
afterAll(async () => {
  host.close()
  await shop.close()
})
beforeEach(async () => {
  context = await shop.newContext()
})
afterEach(() => context.close())

async function change(settings: object): Promise<void> {
  const { status, body } = await shop.ada.send("PATCH", `/sources/${shop.sourceId}`, {
    settings: { channel: "web-chat", ...settings },
  })
  expect(status, JSON.stringify(body)).toBe(200)
  // The loader is made anew every three seconds.
  await new Promise((resolve) => setTimeout(resolve, 3_100))
}

async function visit(path = "/"): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`http://localhost:${(host.address() as AddressInfo).port}${path}`)
  return page
}

const heard = (page: Page): Promise<unknown> => page.evaluate("heard")

test("the page's own scripts open and close the chat, and hear what was not read", async () => {
  const page = await visit()
  await expect.poll(() => heard(page)).toEqual(["parley:ready 0"])
  await page.evaluate("document.querySelector('parley-chat').close()")
  await page.evaluate("document.querySelector('parley-chat').open()")
  await field(page).waitFor()
  await page.evaluate("document.querySelector('parley-chat').open()")
  await say(page, "Do you hear me?")
  await page.getByText("Sent").waitFor()
  await page.evaluate("document.querySelector('parley-chat').close()")
  await expect.poll(() => field(page).count()).toBe(0)
  await shop.answer("Do you hear me?", "I do.")
  await expect.poll(() => heard(page)).toEqual(["parley:ready 0", "parley:unread 1"])
})

test("a page with the strictest policy is no obstacle, and has nothing to report", async () => {
  const page = await context.newPage()
  const problems: string[] = []
  page.on("console", (line) => line.type() === "error" && problems.push(line.text()))
  page.on("pageerror", (error) => problems.push(error.message))
  await page.goto(`http://localhost:${(host.address() as AddressInfo).port}/strict`)
  await launcher(page).click()
  await say(page, "Is it strict here?")
  await page.getByText("Sent").waitFor()
  await shop.answer("Is it strict here?", "Very.")
  await page.getByText("Very.").waitFor()
  expect(problems).toEqual([])
})

test("a page that has changed what scripts are made of does not change what is written", async () => {
  const page = await visit("/patched")
  await launcher(page).click()
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("one, two") })
  const send = page.getByRole("button", { name: "Send message" })
  await field(page).fill("Is it strange here?")
  // The file is there.
  await expect.poll(() => send.isEnabled()).toBe(true)
  await send.click()
  await page.getByText("Sent").waitFor()
  expect(await shop.messageId("Is it strange here?")).not.toBe("")
  await shop.answer("Is it strange here?", "Rather.")
  await page.reload()
  await launcher(page).click()
  await page.getByText("Rather.").waitFor()
  await page.getByText("list.txt").waitFor()
})

test("only the websites that were named show it, and are answered", async () => {
  await change({ domains: ["https://Shop.example/prices", "bücher.example"] })
  const page = await visit()
  await page.waitForLoadState("networkidle")
  expect(await page.locator("parley-chat").count()).toBe(0)
  await shop.enter(context)

  const asked = async (origin?: string): Promise<number> => {
    const key = randomBytes(32).toString("base64url")
    const response = await fetch(`${shop.parley.url}/visitor/v1/${shop.sourceId}/messages`, {
      method: "POST",
      headers: { "content-type": "text/plain", ...(origin === undefined ? {} : { origin }) },
      body: JSON.stringify({ key, id: newId(), text: "Hello" }),
    })
    return response.status
  }
  expect(await asked("http://localhost:9")).toBe(404)
  expect(await asked("null")).toBe(404)
  expect(await asked("https://shop.example.evil.example")).toBe(404)
  expect(await asked("https://www.shop.example")).toBe(200)
  expect(await asked("https://xn--bcher-kva.example:8443")).toBe(200)
  // What is no browser could say anything.
  expect(await asked()).toBe(200)

  await change({ domains: ["localhost"] })
  // Browsers keep the loader for a minute.
  await context.close()
  context = await shop.newContext()
  await launcher(await visit()).waitFor()
  const { status } = await shop.ada.send("PATCH", `/sources/${shop.sourceId}`, {
    settings: { channel: "web-chat", domains: ["no domain"] },
  })
  expect(status).toBe(400)
  await change({ domains: [] })
})

test("it stands on the side that was chosen, in either direction of writing", async () => {
  await change({ side: "start" })
  const page = await visit()
  await launcher(page).waitFor()
  expect((await launcher(page).boundingBox())?.x).toBe(20)
  await launcher(page).click()
  expect((await page.getByRole("dialog").boundingBox())?.x).toBe(20)
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.getByRole("dialog").boundingBox()).toMatchObject({ x: 0, width: 390 })
  await change({ side: "end" })
})

test("it speaks first on the pages that were named, also where the site changes them itself", async () => {
  await change({ proactive: { text: "Questions about prices?", afterSeconds: 0, pages: ["/prices/*"] } })
  const page = await visit("/")
  await launcher(page).waitFor()
  await page.waitForTimeout(1_500)
  expect(await page.getByText("Questions about prices?").count()).toBe(0)
  await page.evaluate(() => history.pushState(null, "", "/prices/socks"))
  await page.getByText("Questions about prices?").waitFor()
  await change({ proactive: null })
})
