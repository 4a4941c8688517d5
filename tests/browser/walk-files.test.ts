/** Files at the desk: attached in every way, up through a line that breaks, seen by colleagues, opened and closed. */
import { createHash, randomBytes } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import type { Page } from "playwright-core"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, log } from "../harness/people.ts"
import { layCable, type Cable } from "./cable.ts"
import { openStage, type Stage } from "./stage.ts"

/** Bytes of the large one; with all tests as many as the issue asks for. */
const LARGE = process.env.PARLEY_TEST_ALL === "1" ? 300_000_000 : 40_000_000

let stage: Stage
let company: Company
let cable: Cable
let folder: string
/** Ada reaches the server through the cable, Bo directly. */
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  cable = await layCable(stage.url)
  folder = await mkdtemp(path.join(os.tmpdir(), "parley-walk-files-"))
  await company.write("Vera", { text: "Can you show me the boots?" })
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor"), cable.url)
  bo = await stage.openBrowserOf(await company.hire("Bo Lindqvist"))
  for (const [page, url] of [
    [ada, cable.url],
    [bo, stage.url],
  ] as const) {
    await page.goto(url)
    await people.openInbox(page, "Everyone")
    await people.openConversation(page, "show me the boots")
  }
})
afterAll(async () => {
  await stage?.close()
  await cable?.close()
  await rm(folder, { recursive: true, force: true })
})

const attached = (page: Page) => page.getByRole("list", { name: "Attached files" }).getByRole("listitem")
const send = (page: Page) => page.getByRole("button", { name: "Send", exact: true })
const chooser = (page: Page) => conversation(page).locator("input[type=file]")

async function make(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, bytes)
  return file
}

async function picture(name: string, background: string): Promise<string> {
  const bytes = await sharp({ create: { width: 1200, height: 800, channels: 3, background } })
    .jpeg()
    .toBuffer()
  return make(name, bytes)
}

test("pictures and a document go with an answer, and a colleague looks through the pictures", async () => {
  await chooser(ada).setInputFiles([
    await picture("red.jpg", "#a33"),
    await picture("blue.jpg", "#33a"),
    await make("prices.pdf", Buffer.from("%PDF-1.4 prices")),
  ])
  await expect.poll(() => attached(ada).count()).toBe(3)
  await ada.getByRole("button", { name: "Remove prices.pdf" }).click()
  await expect.poll(() => attached(ada).count()).toBe(2)
  await answerField(ada).fill("Both colours:")
  await send(ada).click()
  await expect.poll(() => attached(ada).count()).toBe(0)
  await log(bo).getByRole("button", { name: "Open red.jpg" }).click()
  const viewer = bo.getByRole("dialog", { name: "red.jpg" })
  await viewer.getByRole("img", { name: "red.jpg" }).waitFor()
  await bo.keyboard.press("ArrowRight")
  await bo.getByRole("dialog", { name: "blue.jpg" }).getByText("2 / 2").waitFor()
  await bo.getByRole("button", { name: "Zoom" }).click()
  await bo.getByRole("button", { name: "Zoom", pressed: true }).waitFor()
  await bo.keyboard.press("Escape")
  await bo.getByRole("dialog").waitFor({ state: "detached" })
  // The size was known before the picture came.
  const shown = await log(bo).getByRole("button", { name: "Open red.jpg" }).boundingBox()
  expect(shown && Math.round((shown.width / shown.height) * 100)).toBe(150)
})

test("what is pasted and what is dropped is attached; a note's file is its colleagues'", async () => {
  await answerField(ada).focus()
  await ada.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(["pasted"], "pasted.txt", { type: "text/plain" }))
    const field = document.activeElement
    field?.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    )
    const dropped = new DataTransfer()
    dropped.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }))
    for (const type of ["dragover", "drop"])
      document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer: dropped, bubbles: true, cancelable: true }),
      )
  })
  await attached(ada).filter({ hasText: "pasted.txt" }).waitFor()
  await attached(ada).filter({ hasText: "dropped.txt" }).waitFor()
  await ada.getByRole("switch", { name: "Internal note" }).click()
  await send(ada).click()
  const note = log(bo).getByRole("link", { name: /dropped\.txt/ })
  await note.waitFor()
  const [download] = await Promise.all([bo.waitForEvent("download"), note.click()])
  expect(download.suggestedFilename()).toBe("dropped.txt")
  await ada.getByRole("switch", { name: "Internal note" }).click()
})

test(
  "a large file survives five cuts and a reload, bit by bit, while the desk goes on",
  { timeout: 400_000 },
  async () => {
    const bytes = randomBytes(LARGE)
    await chooser(ada).setInputFiles(await make("film.bin", bytes))
    const progress = ada.getByRole("progressbar", { name: "Uploading film.bin" })
    for (let cuts = 0; cuts < 5; cuts += 1) {
      await progress.waitFor()
      await ada.waitForTimeout(150)
      cable.cut()
      await ada.waitForTimeout(100)
      cable.mend()
      // Words are not held up by it.
      if (cuts === 2) {
        await answerField(ada).fill("It is on its way")
        await ada.reload()
        await log(ada).getByText("show me the boots").waitFor()
      }
    }
    expect(await answerField(ada).inputValue()).toBe("It is on its way")
    expect(await send(ada).isDisabled()).toBe(true)
    await progress.waitFor({ state: "detached", timeout: 300_000 })
    await send(ada).click()
    const link = log(bo).getByRole("link", { name: /film\.bin/ })
    await link.waitFor()
    const [download] = await Promise.all([bo.waitForEvent("download"), link.click()])
    const sum = createHash("sha256")
    for await (const chunk of createReadStream(await download.path())) sum.update(chunk as Buffer)
    expect(sum.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"))
  },
)

test("what can never be uploaded is said at the file, and the text stays", async () => {
  await answerField(ada).fill("And this:")
  await ada.route("**/api/v1/files", (route) =>
    route.fulfill({
      status: 413,
      contentType: "application/json",
      body: JSON.stringify({ refusal: "file-too-large", message: "The file is larger than allowed." }),
    }),
  )
  await chooser(ada).setInputFiles(await make("more.bin", randomBytes(10)))
  await attached(ada).getByText("The file is larger than this Parley takes.").waitFor()
  await ada.unroute("**/api/v1/files")
  await attached(ada).getByRole("button", { name: "Try again" }).click()
  await attached(ada).getByText("1 kB").waitFor()
  await expect.poll(() => send(ada).isEnabled()).toBe(true)
  await ada.getByRole("button", { name: "Remove more.bin" }).click()
  expect(await answerField(ada).inputValue()).toBe("And this:")
})
