/** The chat on whatever page and line its visitor has: dark, from right to left, asleep, and with a network that says nothing. */
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { inbox, log } from "../harness/people.ts"
import { layCable } from "./cable.ts"
import { bubbles, launcher } from "./shop.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page
/** A website on this machine, written in the direction and painted in the scheme that its address names. */
let host: Server

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor"))
  await ada.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
  await inbox(ada, "Me").waitFor()
  host = createServer(({ url = "" }, response) => {
    const { searchParams } = new URL(url, "http://shop.test")
    const scheme = searchParams.get("scheme") ?? "normal"
    response.setHeader("content-type", "text/html; charset=utf-8").end(`<!doctype html>
      <html lang="en" dir="${searchParams.get("dir") ?? "ltr"}" style="color-scheme: ${scheme}"><title>Shop</title>
      <h1>Socks</h1><script async src="${stage.url}/w/${company.sourceId}.js"></script>`)
  })
  await once(host.listen(0, "127.0.0.1"), "listening")
})
afterAll(async () => {
  host?.close()
  await stage?.close()
})

const dialog = (page: Page) => page.getByRole("dialog", { name: "Chat with Acme" })

async function visit(options: BrowserContextOptions = {}, url = `${stage.url}/try`): Promise<Page> {
  const page = await stage.openBrowser({ reducedMotion: "reduce", ...options })
  await page.goto(url)
  await launcher(page).waitFor()
  return page
}

const at = (query: string) => `http://localhost:${(host.address() as AddressInfo).port}/?${query}`

/** A visitor has written, and Ada looks at it. */
async function begin(visitor: Page, text: string): Promise<void> {
  await people.openChat(visitor)
  await people.say(visitor, text)
  await people.openConversation(ada, text)
}

test("what was answered while the machine slept is there when it wakes, once and in order", async () => {
  const cable = await layCable(stage.url)
  const vera = await visit({}, `${cable.url}/try`)
  await begin(vera, "Before my nap")
  await log(vera).getByText("Seen", { exact: true }).waitFor()
  // Nothing in the page runs any more, from the next thing on that it hears.
  const machine = await vera.context().newCDPSession(vera)
  await machine.send("Debugger.enable")
  const asleep = new Promise((resolve) => machine.once("Debugger.paused", resolve))
  await machine.send("Debugger.pause")
  await people.answer(ada, "First into the nap")
  await asleep
  await people.answer(ada, "Second into the nap")
  cable.cut()
  await people.answer(ada, "Third into the nap")
  cable.mend()
  await machine.send("Debugger.resume")
  await machine.send("Debugger.disable")
  await log(vera).getByText("Third into the nap").waitFor()
  await people.say(vera, "After my nap")
  await log(ada).getByText("After my nap").waitFor()
  const all = ["First into the nap", "Second into the nap", "Third into the nap"]
  expect(await bubbles(vera)).toEqual(["Before my nap", ...all, "After my nap"])
  await vera.context().close()
  await cable.close()
})

test("a network that says nothing for longer than the chat waits is noticed, and nothing is lost or said twice", async () => {
  const cable = await layCable(stage.url)
  const vera = await stage.openBrowser({ reducedMotion: "reduce" })
  await vera.clock.install()
  await people.openShop(vera, cable.url)
  await begin(vera, "Before the tunnel")
  await log(vera).getByText("Seen", { exact: true }).waitFor()
  cable.silence()
  await people.answer(ada, "Into the tunnel")
  await people.say(vera, "First from the tunnel")
  await people.say(vera, "Second from the tunnel")
  const offline = vera.getByText("Offline. What you write is sent when you are back.")
  expect(await offline.count()).toBe(0)
  // It asks after 25 seconds whether anybody is there, and waits for six.
  await vera.clock.fastForward(26_000)
  await vera.clock.fastForward(7_000)
  await offline.waitFor()
  expect(await log(ada).getByText("from the tunnel").count()).toBe(0)
  cable.mend()
  await log(vera).getByText("Into the tunnel").waitFor()
  await offline.waitFor({ state: "detached" })
  const all = ["Before the tunnel", "Into the tunnel", "First from the tunnel", "Second from the tunnel"]
  await log(ada).getByText("Second from the tunnel").waitFor()
  await expect.poll(() => bubbles(vera)).toEqual(all)
  for (const text of all)
    expect(await log(ada).getByRole("article").filter({ hasText: text }).count()).toBe(1)
  await vera.reload()
  await people.openChat(vera)
  await expect.poll(() => bubbles(vera)).toEqual(all)
  await vera.context().close()
  await cable.close()
})

test("the chat is dark on a dark page and with a dark system, and light on a light page whatever the system", async () => {
  const ground = async (query: string, colorScheme: "light" | "dark") => {
    const page = await visit({ colorScheme }, at(query))
    await people.openChat(page)
    const color = await dialog(page).evaluate((element) => getComputedStyle(element).backgroundColor)
    await page.context().close()
    return color
  }
  const [light, dark] = ["rgb(255, 255, 255)", "rgb(23, 24, 27)"]
  expect(await ground("", "light")).toBe(light)
  expect(await ground("", "dark")).toBe(dark)
  expect(await ground("scheme=dark", "light")).toBe(dark)
  expect(await ground("scheme=light", "dark")).toBe(light)
})

test("on a page from right to left it stands at the lower left, and what the visitor says, too", async () => {
  const places = async (dir: "rtl" | "ltr") => {
    const page = await visit({}, at(`dir=${dir}`))
    const button = await launcher(page).boundingBox()
    await begin(page, `Question to the ${dir}`)
    await people.answer(ada, `Answer to the ${dir}`)
    const [own, theirs] = [`Question to the ${dir}`, `Answer to the ${dir}`].map((text) =>
      log(page).locator(".bubble", { hasText: text }),
    )
    const boxes = [await own?.boundingBox(), await theirs?.boundingBox(), await dialog(page).boundingBox()]
    await page.context().close()
    return [button, ...boxes].map((box) => box?.x ?? Number.NaN)
  }
  const [button = 0, own = 0, theirs = 0, panel] = await places("rtl")
  expect([button, panel]).toEqual([20, 20])
  expect(own).toBeLessThan(theirs)
  const [buttonLtr = 0, ownLtr = 0, theirsLtr = 0] = await places("ltr")
  expect(buttonLtr).toBeGreaterThan(1_000)
  expect(ownLtr).toBeGreaterThan(theirsLtr)
})
