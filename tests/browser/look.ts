/**
 * Takes pictures of every screen of the desk, to be looked at: a real server with a small company in it, in the
 * three sizes, light and dark. `node tests/browser/look.ts <folder> [name…]`; build the desk first. With `LOOK_LANGUAGE=ar`
 * in another language, those that are opened by their address.
 */
import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { readConfig } from "../../server/config/config.ts"
import { start } from "../../server/main.ts"
import { launchBrowser } from "../harness/browser.ts"
import { fillCompany, type Company } from "./look-company.ts"

const SIZES = {
  wide: { width: 1440, height: 900 },
  narrow: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
} as const
type Size = keyof typeof SIZES

const [folder = "look", ...wanted] = process.argv.slice(2)
const data = await mkdtemp(path.join(os.tmpdir(), "parley-look-"))
const parley = await start(
  readConfig({ PARLEY_DATA: data, PORT: "0", HOST: "127.0.0.1", PARLEY_LOG_LEVEL: "error" }),
)
const browser = await launchBrowser()
try {
  await shoot("first-start", { size: "wide", theme: "light" }, undefined, async () => undefined)
  const company = await fillCompany(parley.url)
  await takeAll(company)
} finally {
  await browser.close()
  await parley.stop()
  await rm(data, { recursive: true, force: true })
}

async function takeAll(company: Company) {
  const { ada, links } = company
  for (const theme of ["light", "dark"] as const) {
    await shoot("sign-in", { size: "wide", theme }, undefined, async () => undefined)
    await shoot("list", { size: "wide", theme }, ada, (page) => page.goto(`${parley.url}/inbox/unassigned`))
    for (const size of ["wide", "narrow", "phone"] as const)
      await shoot("conversation", { size, theme }, ada, (page) => page.goto(links.busy))
    await shoot("note", { size: "wide", theme }, ada, async (page) => {
      await page.goto(links.busy)
      await page.getByRole("switch", { name: "Internal note" }).click()
      await page.getByRole("textbox", { name: "Internal note" }).pressSequentially("Please look, @B")
    })
    for (const size of ["wide", "narrow", "phone"] as const)
      await shoot("thread", { size, theme }, ada, async (page) => {
        await page.goto(links.busy)
        await page.getByRole("button", { name: /answers/ }).click()
        await page.getByRole("log", { name: "Notes of this thread" }).getByText("tracking").waitFor()
      })
    for (const size of ["wide", "phone"] as const)
      await shoot("labels", { size, theme }, ada, async (page) => {
        await page.goto(links.busy)
        await page.getByRole("log").focus()
        await page.keyboard.press("l")
        await page.getByRole("combobox", { name: "Find or make a label" }).fill("ex")
      })
    for (const size of ["wide", "phone"] as const) {
      await shoot("search", { size, theme }, ada, (page) => page.goto(`${parley.url}/search?q=the`))
      await shoot("search-empty", { size, theme }, ada, (page) => page.goto(`${parley.url}/search`))
    }
    await shoot("search-nothing", { size: "wide", theme }, ada, (page) =>
      page.goto(`${parley.url}/search?q=before:soon`),
    )
    await shoot("assign", { size: "wide", theme }, ada, async (page) => {
      await page.goto(links.busy)
      await page.getByRole("button", { name: "Assign", exact: true }).click()
    })
    for (const size of ["wide", "phone"] as const)
      await shoot("selected", { size, theme }, ada, async (page) => {
        await page.goto(`${parley.url}/inbox/me`)
        await page.getByRole("list", { name: "Conversations" }).getByRole("link").first().focus()
        await page.keyboard.press("x")
        await page.keyboard.press("j")
        await page.keyboard.press("x")
      })
    for (const size of ["wide", "phone"] as const)
      await shoot("start", { size, theme }, ada, async (page) => {
        await page.goto(`${parley.url}/inbox/me`)
        await page.getByRole("button", { name: "New conversation" }).click()
        await page.getByRole("textbox", { name: "Phone number" }).fill("070 123 45 67")
        await page.getByRole("textbox", { name: "Message" }).fill("Your shoes are ready.")
      })
    for (const size of ["wide", "phone"] as const)
      await shoot("emoji", { size, theme }, ada, async (page) => {
        await page.goto(links.busy)
        await page.getByRole("button", { name: "Emoji" }).click()
        await page.getByTitle("grinning face", { exact: true }).waitFor()
      })
    for (const size of ["wide", "phone"] as const) {
      await shoot("recording", { size, theme }, ada, async (page) => {
        await page.goto(links.busy)
        await page.getByRole("button", { name: "Record a voice message" }).click()
        await page.waitForTimeout(3_000)
      })
      await shoot("voice", { size, theme }, ada, async (page) => {
        await page.goto(links.busy)
        for (const isSent of [true, false]) {
          await page.getByRole("button", { name: "Record a voice message" }).click()
          await page.waitForTimeout(4_000)
          await page.getByRole("button", { name: "Stop recording" }).click()
          await page.waitForTimeout(1_000)
          if (isSent) await page.getByRole("button", { name: "Send", exact: true }).click()
        }
        await page.getByRole("button", { name: "Play" }).first().click()
        await page.waitForTimeout(1_500)
      })
    }
    await shoot("snooze", { size: "wide", theme }, ada, async (page) => {
      await page.goto(links.busy)
      await page.getByRole("button", { name: "Snooze" }).click()
    })
    for (const size of ["wide", "phone"] as const)
      await shoot("snoozed", { size, theme }, ada, async (page) => {
        await page.goto(links.snoozed)
        await page.getByRole("button", { name: "Bring back now" }).waitFor()
      })
    await shoot("snooze-time", { size: "phone", theme }, ada, async (page) => {
      await page.goto(links.snoozed)
      await page.getByRole("button", { name: "More" }).click()
      await page.getByRole("menuitem", { name: "Pick a time…" }).click()
    })
    await shoot("offer", { size: "wide", theme }, ada, async (page) => {
      await page.goto(`${parley.url}/inbox/me`)
      await page.getByRole("listitem").filter({ hasText: "Suggested" }).first().getByRole("link").click()
    })
    await shoot("filter", { size: "wide", theme }, ada, async (page) => {
      await page.goto(`${parley.url}/inbox/me`)
      await page.getByRole("button", { name: "Filter" }).click()
    })
    await shoot("availability", { size: "wide", theme }, ada, async (page) => {
      await page.goto(`${parley.url}/inbox/starred`)
      await page.getByRole("button", { name: /^Available/ }).click()
    })
    for (const section of [
      "profile",
      "sign-in",
      "notifications",
      "team",
      "sources",
      "labels",
      "keys",
      "workspace",
    ])
      await shoot(`settings-${section}`, { size: "wide", theme }, ada, (page) =>
        page.goto(`${parley.url}/settings/${section}`),
      )
    for (const size of ["wide", "phone"] as const)
      await shoot("key", { size, theme }, ada, async (page) => {
        await page.goto(`${parley.url}/settings/keys`)
        await page.getByRole("button", { name: "New key" }).click()
        await page.getByRole("textbox", { name: "Name" }).fill("Nightly report")
        await page.getByRole("button", { name: "Make key" }).click()
      })
    for (const size of ["wide", "phone"] as const)
      await shoot("hours", { size, theme }, ada, async (page) => {
        await page.goto(`${parley.url}/settings/team`)
        await page.getByRole("button", { name: "Change Everyone" }).click()
        await page.getByRole("switch", { name: "Working hours" }).click()
        await page.getByLabel("Holiday", { exact: true }).fill("2026-12-24")
        await page.getByRole("button", { name: "Add", exact: true }).click()
        await page.getByRole("group", { name: "Friday" }).scrollIntoViewIfNeeded()
      })
    await shoot("new-webhook", { size: "wide", theme }, ada, async (page) => {
      await page.goto(`${parley.url}/settings/webhooks`)
      await page.getByRole("button", { name: "New webhook" }).click()
      await page.getByRole("textbox", { name: "Address" }).fill("https://automation.fjord.example/parley")
      await page.getByRole("button", { name: "Create" }).click()
    })
    for (const size of ["wide", "phone"] as const) {
      await shoot("webhooks", { size, theme }, ada, (page) => page.goto(`${parley.url}/settings/webhooks`))
      await shoot("webhook", { size, theme }, ada, async (page) => {
        await page.goto(`${parley.url}/settings/webhooks`)
        await page
          .getByRole("button", { name: /^Change / })
          .first()
          .click()
      })
      await shoot("deliveries", { size, theme }, ada, async (page) => {
        await page.goto(`${parley.url}/settings/webhooks`)
        await page.getByRole("button", { name: "Deliveries" }).first().click()
        await page.getByRole("button", { name: "Send a test" }).click()
        await page.waitForTimeout(2_500)
      })
    }
    for (const size of ["wide", "phone"] as const)
      await shoot("api", { size, theme }, undefined, (page) =>
        page.goto(`${parley.url}/api#POST-api-v1-conversations-conversationId-answers`),
      )
    await shoot("invite", { size: "wide", theme }, ada, async (page) => {
      await page.goto(`${parley.url}/settings/team`)
      await page.getByRole("button", { name: "Invite" }).click()
    })
    await shoot("keys", { size: "wide", theme }, ada, async (page) => {
      await page.goto(`${parley.url}/inbox/me`)
      await page.getByRole("list", { name: "Conversations" }).waitFor()
      await page.keyboard.press("?")
    })
    for (const size of ["wide", "phone"] as const)
      await shoot("palette", { size, theme }, ada, async (page) => {
        await page.goto(links.busy)
        await page.getByRole("log").waitFor()
        await page.keyboard.press("Control+k")
      })
    for (const size of ["narrow", "phone"] as const)
      await shoot("customer", { size, theme }, ada, async (page) => {
        await page.goto(links.busy)
        await page.getByRole("button", { name: "Customer information" }).click()
      })
    for (const size of ["wide", "phone"] as const) {
      const openMerge = async (page: Page) => {
        await page.goto(links.busy)
        if (size === "phone") await page.getByRole("button", { name: "Customer information" }).click()
        await page.getByRole("button", { name: "Merge with…" }).click()
      }
      const found = (page: Page) =>
        page.getByRole("list", { name: "Customers", exact: true }).getByRole("button")
      await shoot("merge", { size, theme }, ada, openMerge)
      await shoot("merge-preview", { size, theme }, ada, async (page) => {
        await openMerge(page)
        await found(page).nth(1).click()
      })
      await shoot("merged", { size, theme }, ada, async (page) => {
        await openMerge(page)
        await found(page).last().click()
        await page.getByRole("button", { name: "Merge", exact: true }).click()
      })
    }
    for (const size of ["wide", "narrow", "phone"] as const)
      await shoot("customers", { size, theme }, ada, (page) => page.goto(`${parley.url}/customers`))
    await shoot("import", { size: "wide", theme }, ada, async (page) => {
      await page.goto(`${parley.url}/customers`)
      await page.getByRole("button", { name: "Import and export" }).click()
      await page.getByRole("menuitem", { name: "Import from CSV…" }).click()
      await page.getByLabel("CSV file").setInputFiles({
        name: "customers.csv",
        mimeType: "text/csv",
        buffer: Buffer.from("Name,Phone,E-mail,Plan\nZoe,12,zoe@example.com,Pro\nBo,,,\n"),
      })
    })
    for (const size of ["wide", "phone"] as const)
      await shoot("two-factors", { size, theme }, ada, async (page) => {
        await page.goto(`${parley.url}/settings/sign-in`)
        await page.getByRole("button", { name: "Set up" }).click()
        const dialog = page.getByRole("dialog")
        await dialog.getByLabel("Password").fill("correct horse battery")
        await dialog.getByRole("button", { name: "Continue" }).click()
        await dialog.getByRole("img").waitFor()
      })
    await shoot("list", { size: "phone", theme }, ada, (page) => page.goto(`${parley.url}/inbox/me`))
    await shoot("settings-notifications", { size: "phone", theme }, ada, (page) =>
      page.goto(`${parley.url}/settings/notifications`),
    )
    await shoot("settings-team", { size: "phone", theme }, ada, (page) =>
      page.goto(`${parley.url}/settings/team`),
    )
    await shoot("missing", { size: "wide", theme }, ada, (page) =>
      page.goto(`${parley.url}/inbox/me/01900000-0000-7000-8000-000000000000`),
    )
  }
}

async function shoot(
  name: string,
  { size, theme }: { size: Size; theme: "light" | "dark" },
  cookies: Cookies | undefined,
  go: (page: Page) => Promise<unknown>,
) {
  if (wanted.length > 0 && !wanted.includes(name)) return
  const options: BrowserContextOptions = {
    viewport: SIZES[size],
    colorScheme: theme,
    locale: process.env.LOOK_LANGUAGE ?? "en",
    ...(size === "phone" ? { hasTouch: true, isMobile: true } : {}),
  }
  const context = await (browser satisfies Browser).newContext(options)
  if (cookies) await context.addCookies(cookies)
  const page = await context.newPage()
  page.on("pageerror", (error) => console.error(name, size, theme, error.stack ?? error.message))
  page.on(
    "response",
    (response) =>
      response.status() >= 400 &&
      console.error(name, size, theme, response.status(), response.request().method(), response.url()),
  )
  page.on(
    "console",
    (message) =>
      message.type() === "error" &&
      !message.text().startsWith("Failed to load") &&
      console.error(name, size, theme, message.text()),
  )
  await page.goto(parley.url)
  await page.waitForTimeout(700)
  try {
    await go(page)
    await page.waitForTimeout(1_200)
  } catch (error) {
    console.error(name, size, theme, error)
  }
  await page.screenshot({ path: path.join(folder, `${name}-${size}-${theme}.png`) })
  await context.close()
}

type Cookies = Company["ada"]
