/** A visitor's files: chosen in the widget, up through a line that breaks, and an agent's pictures back. */
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { sql } from "kysely"
import type { BrowserContext, Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { agentUploads } from "../flows/uploading.ts"
import { openShop, type Shop } from "./shop.ts"

/** Bytes of the large one; with all tests as many as the issue asks for. */
const LARGE = process.env.PARLEY_TEST_ALL === "1" ? 300_000_000 : 30_000_000

let shop: Shop
let folder: string
let context: BrowserContext
let page: Page

beforeAll(async () => {
  shop = await openShop()
  folder = await mkdtemp(path.join(os.tmpdir(), "parley-visitor-files-"))
  context = await shop.newContext()
  page = await shop.enter(context)
  await page.getByRole("button", { name: "Open chat" }).click()
  await message().waitFor()
})
afterAll(async () => {
  await shop?.close()
  await rm(folder, { recursive: true, force: true })
})

const message = () => page.getByRole("textbox", { name: "Message" })
const chooser = () => page.locator("input[type=file]")
const send = () => page.getByRole("button", { name: "Send message" })
const log = () => page.getByRole("log", { name: "Messages" })

async function make(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, bytes)
  return file
}

async function fileNamed(name: string): Promise<{ id: string; sent: boolean; size: number } | undefined> {
  const { rows } = await sql<{ id: string; sent: boolean; size: number }>`
    select id, entry_id is not null as sent, size from files where name = ${name}`.execute(shop.database.db)
  return rows[0]
}

async function bytesOf(id: string): Promise<Buffer> {
  const response = await fetch(`${shop.parley.url}/api/v1/files/${id}`, {
    headers: { cookie: shop.ada.cookie() },
  })
  return Buffer.from(await response.arrayBuffer())
}

test("the code for files is not loaded before one is chosen; a first message can be a picture alone", async () => {
  const loaded = () =>
    page.evaluate(
      () => performance.getEntriesByType("resource").filter(({ name }) => name.includes("attaching")).length,
    )
  expect(await loaded()).toBe(0)
  const picture = await sharp({ create: { width: 800, height: 600, channels: 3, background: "#a33" } })
    .jpeg()
    .toBuffer()
  await chooser().setInputFiles(await make("boots.jpg", picture))
  await expect.poll(() => send().isEnabled()).toBe(true)
  expect(await loaded()).toBeGreaterThan(0)
  await send().click()
  const shown = log().getByRole("img", { name: "boots.jpg" })
  await expect
    .poll(() => shown.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth))
    .toBe(640)
  const file = await fileNamed("boots.jpg")
  expect(file?.sent).toBe(true)
  expect(await bytesOf(file?.id ?? "")).toEqual(picture)
})

test(
  "a large file survives five cuts and another page of the site, bit by bit, while words go on",
  { timeout: 400_000 },
  async () => {
    const bytes = randomBytes(LARGE)
    await chooser().setInputFiles(await make("film.bin", bytes))
    const progress = page.getByRole("progressbar", { name: "Uploading film.bin" })
    for (let cuts = 0; cuts < 5; cuts += 1) {
      await progress.waitFor()
      await page.waitForTimeout(150)
      shop.cable.cut()
      await page.waitForTimeout(100)
      shop.cable.mend()
      if (cuts !== 2) continue
      await message().fill("It is a long one")
      await page.goto(`${shop.cable.url}/try/skog`)
      await page.getByRole("button", { name: "Open chat" }).click()
      await message().waitFor()
      expect(await message().inputValue()).toBe("It is a long one")
    }
    expect(await send().isDisabled()).toBe(true)
    await progress.waitFor({ state: "detached", timeout: 300_000 })
    await send().click()
    await log().getByText("It is a long one").waitFor()
    await expect.poll(async () => (await fileNamed("film.bin"))?.sent, { timeout: 20_000 }).toBe(true)
    const sum = (of: Buffer) => createHash("sha256").update(of).digest("hex")
    expect(sum(await bytesOf((await fileNamed("film.bin"))?.id ?? ""))).toBe(sum(bytes))
  },
)

test("files can be chosen again where the code for them did not come, and the page hears of nothing", async () => {
  const elsewhere = await shop.newContext()
  const visit = await shop.enter(elsewhere)
  const thrown: string[] = []
  visit.on("pageerror", (error) => thrown.push(error.message))
  await visit.getByRole("button", { name: "Open chat" }).click()
  await visit.route(/\/(attaching|identity)[^/]*\.js/, (route) => route.abort())
  const choose = async () =>
    visit.locator("input[type=file]").setInputFiles(await make("socks.txt", Buffer.from("socks")))
  await choose()
  await visit.getByText("That did not work. Try again in a moment.").waitFor()
  const identified = `document.querySelector("parley-chat").identify({ token: "" })`
  expect(await visit.evaluate(identified)).toBe("later")
  await visit.unroute(/\/(attaching|identity)[^/]*\.js/)
  await choose()
  await visit.getByRole("list", { name: "Attached files" }).getByText("socks.txt").waitFor()
  expect(await visit.evaluate(identified)).toBe("not-proven")
  expect(thrown).toEqual([])
  await elsewhere.close()
})

test("an agent's picture is shown, and his document is a download", async () => {
  const uploads = agentUploads(shop.parley.url, shop.ada)
  const picture = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#33a" } })
    .png()
    .toBuffer()
  const fileIds = [
    await uploads.whole({ name: "blue.png", bytes: picture }),
    await uploads.whole({ name: "prices.pdf", bytes: Buffer.from("%PDF-1.4") }),
  ]
  await shop.answer("It is a long one", "Here you are", fileIds)
  await log().getByText("Here you are").waitFor()
  await log().getByRole("img", { name: "blue.png" }).waitFor()
  const link = log().getByRole("link", { name: /prices\.pdf/ })
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()])
  expect(download.suggestedFilename()).toBe("prices.pdf")
})

test("what is too large is said at the file, and the words stay", async () => {
  await message().fill("And this")
  await page.route("**/files", (route) =>
    route.fulfill({
      status: 413,
      headers: { "access-control-allow-origin": "*" },
      contentType: "application/json",
      body: JSON.stringify({ refusal: "file-too-large", message: "The file is larger than allowed." }),
    }),
  )
  await chooser().setInputFiles(await make("more.bin", randomBytes(10)))
  await page.getByText("The file is too large.").waitFor()
  expect(await send().isDisabled()).toBe(true)
  await page.getByRole("button", { name: "Remove more.bin" }).click()
  expect(await send().isEnabled()).toBe(true)
  expect(await message().inputValue()).toBe("And this")
})
