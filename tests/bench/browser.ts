/**
 * The desk as an agent feels it: Chromium slowed down four times, 5,000 open conversations. Times are taken in the
 * page, from what the browser says happened (the start of the navigation, the click, the key) to the frame in which
 * the outcome stands on the screen.
 */
import type { Browser, BrowserContext, Locator, Page } from "playwright-core"
import { createPerson, PASSWORD } from "../flows/person.ts"
import { launchBrowser } from "../harness/browser.ts"
import type { Figure, Part } from "./figure.ts"
import { OWNER } from "./seed-people.ts"
import { median } from "./statistics.ts"
import { watchPage } from "./browser-watch.ts"

const SLOWED = 4
const PATIENCE = 60_000
/** Milliseconds between two keys, and from pressing the mouse's button to letting it go: a quick hand. */
const KEY_EVERY = 60
const PRESSED_FOR = 60

export const browser: Part = {
  name: "browser",
  async run(bench) {
    const [size = 10_000] = bench.sizes
    const { databaseUrl } = await bench.dataset(size, "5,000 open")
    const { url } = await bench.startParley({ databaseUrl })
    const [loads, clicks, keys] = bench.isShort ? [1, 3, 10] : [5, 20, 100]
    await using opened = new AsyncDisposableStack()
    const chromium = await launchBrowser()
    opened.defer(() => chromium.close())
    const cookies = await signIn(url)
    const freshContext = () => openContext(chromium, cookies)

    const cold: number[] = []
    for (let count = 0; count < loads; count += 1) {
      const context = await freshContext()
      cold.push(await load(await context.newPage(), url))
      await context.close()
    }
    const context = await freshContext()
    const desk = await context.newPage()
    await load(desk, url)
    await becomeQuiet(desk)
    const disk: number[] = []
    for (let count = 0; count < loads; count += 1) disk.push(await load(desk, url))
    await becomeQuiet(desk)
    const opening = await openConversations(desk, clicks)
    const answer = desk.getByRole("textbox", { name: "Answer" })
    const typing = await type(desk, answer, keys)
    const plain = await context.newPage()
    await slowDown(plain)
    await plain.goto(`${url}/healthz`)
    await plain.evaluate(() => (document.body.innerHTML = '<textarea aria-label="Answer"></textarea>'))
    const floor = await type(plain, plain.getByRole("textbox", { name: "Answer" }), keys)
    return [
      figure("desk, first visit: until rows are seen", median(cold)),
      figure("desk, from disk: until rows are seen", median(disk), { most: 500 }),
      figure("desk: a conversation opened for the first time", median(opening.first), { most: 100 }),
      figure("desk: a conversation opened again", median(opening.again), { most: 100 }),
      figure("desk: work for one key", typing.work, { most: 16, floor: floor.work }),
      figure("desk: a key until the next frame", median(typing.frames), { floor: median(floor.frames) }),
    ]
  },
}

function figure(
  name: string,
  value: number,
  { most, floor }: { most?: number; floor?: number } = {},
): Figure {
  return {
    name,
    value,
    unit: "ms",
    ...(floor === undefined ? {} : { floor, ratio: value / floor }),
    ...(most === undefined ? {} : { aim: { what: `≤ ${most} ms`, isMet: value <= most } }),
  }
}

type Cookie = { name: string; value: string; url: string }

async function signIn(url: string): Promise<Cookie[]> {
  const owner = createPerson(url)
  const { status } = await owner.ask("POST", "/api/v1/sign-in", { email: OWNER, password: PASSWORD })
  if (status !== 200) throw new Error(`Signing in was answered with ${status}.`)
  return owner
    .cookie()
    .split("; ")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=")
      return { name, value: value.join("="), url }
    })
}

async function openContext(chromium: Browser, cookies: Cookie[]): Promise<BrowserContext> {
  const context = await chromium.newContext({ viewport: { width: 1440, height: 900 } })
  context.setDefaultTimeout(PATIENCE)
  await context.addCookies(cookies)
  await context.addInitScript(watchPage)
  return context
}

async function slowDown(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED })
}

/** Milliseconds from the start of the navigation until rows stand on the screen. */
async function load(page: Page, url: string): Promise<number> {
  await slowDown(page)
  await page.goto(`${url}/inbox/unassigned`, { waitUntil: "commit" })
  await page.waitForFunction(() => window.bench?.listAt !== undefined && !Number.isNaN(window.bench.listAt))
  return page.evaluate(() => window.bench?.listAt ?? Number.NaN)
}

/** How many milliseconds the page's main thread has been busy since. */
async function startWatch(page: Page): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("Performance.enable")
  const busy = async (): Promise<number> => {
    const { metrics } = await devtools.send("Performance.getMetrics")
    return 1_000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN)
  }
  const before = await busy()
  return async () => (await busy()) - before
}

/** Everything has arrived and stands on the disk: the main thread has hardly had anything to do for two seconds. */
async function becomeQuiet(page: Page): Promise<void> {
  for (let looks = 0; looks < 30; looks += 1) {
    const work = await startWatch(page)
    await page.waitForTimeout(2_000)
    if ((await work()) < 100) return
  }
  throw new Error("The desk does not become quiet.")
}

/** The conversations that one screen lists, one after the other, from the click to the messages; then once more. */
async function openConversations(page: Page, count: number): Promise<{ first: number[]; again: number[] }> {
  const rows = page.getByRole("list", { name: "Conversations" }).getByRole("link")
  const first: number[] = []
  const again: number[] = []
  for (const taken of [first, again])
    for (let index = 0; index < Math.min(count, await rows.count()); index += 1) {
      const before = await page.evaluate(() => window.bench?.openings.length ?? 0)
      await rows.nth(index).click({ delay: PRESSED_FOR })
      await page.waitForFunction((seen) => (window.bench?.openings.length ?? 0) > seen, before)
      taken.push(await page.evaluate(() => window.bench?.openings.at(-1) ?? Number.NaN))
    }
  return { first, again }
}

/** The main thread's work for each key, and the times from keys to their frames. */
async function type(page: Page, field: Locator, keys: number): Promise<{ work: number; frames: number[] }> {
  await field.click()
  await page.keyboard.type("Dear ", { delay: KEY_EVERY })
  const before = await page.evaluate(() => window.bench?.frames.length ?? 0)
  const work = await startWatch(page)
  await page.keyboard.type("we are looking into it. ".repeat(keys).slice(0, keys), { delay: KEY_EVERY })
  const busy = await work()
  const frames = await page.evaluate((from) => window.bench?.frames.slice(from) ?? [], before)
  return { work: busy / keys, frames }
}
