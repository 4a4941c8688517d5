/** The screens of the desk and the chat in Arabic, light and dark; with `test:all` in every language. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { LANGUAGES, type Language } from "../../protocol/languages.ts"
import { expectNothing, PHONE, SCHEMES, type Screens } from "./axe.ts"
import { furnish, type Furnished } from "./furnished.ts"
import { openStage, type Stage } from "./stage.ts"

const languages: readonly Language[] = process.env.PARLEY_TEST_ALL === "1" ? LANGUAGES : ["ar"]
const INBOXES = ["me", "mentions", "unassigned", "starred", "all"]
const SECTIONS = [
  "profile",
  "sign-in",
  "team",
  "sources",
  "labels",
  "replies",
  "keys",
  "webhooks",
  "notifications",
  "workspace",
]
const CUSTOMERS = ["Vera", "Wim", "Zoe", "Yara", "Anna", "Berit"]

let stage: Stage
let company: Furnished
beforeAll(async () => {
  stage = await openStage()
  company = await furnish(stage)
})
afterAll(async () => {
  await company?.stop()
  await stage?.close()
})

/** Two dozen screens, each looked through. */
const MANY = { timeout: 300_000 }

describe.each(languages)("%s", (locale) => {
  test.each(SCHEMES)("what a stranger sees, %s", async (colorScheme) => {
    const page = await stage.openBrowser({ locale, colorScheme, reducedMotion: "reduce" })
    const paths = ["/", "/forgot-password", "/reset-password/a-token", "/invitation/none"]
    await expectNothing(
      page,
      screens(paths, (path) => show(page, path, "h1")),
    )
    await page.context().close()
  })

  test.each(SCHEMES)("the desk, %s", MANY, async (colorScheme) => {
    const looks = { locale, colorScheme, reducedMotion: "reduce" } as const
    const page = await stage.openBrowserOf(company.ada, stage.url, looks)
    await show(page, "/inbox/unassigned", "main li a")
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale)
    await expectNothing(page, {
      ...screens(INBOXES, (inbox) => show(page, `/inbox/${inbox}`, "nav h2")),
      ...screens(CUSTOMERS, (name) => company.open(page, name)),
      customers: () => show(page, "/customers", "main li a"),
      search: () => show(page, "/search?q=the", "main mark"),
      "search help": () => show(page, "/search", "main code"),
      ...screens(SECTIONS, (section) => show(page, `/settings/${section}`, "h1")),
      palette: async () => {
        await company.open(page, "Vera")
        await page.keyboard.press("Control+k")
        await page.getByRole("dialog").getByRole("combobox").waitFor()
      },
      keys: async () => {
        await company.open(page, "Vera")
        await page.getByRole("log").focus()
        await page.keyboard.press("?")
        await page.getByRole("dialog").waitFor()
      },
      labels: async () => {
        await company.open(page, "Vera")
        await page.getByRole("log").focus()
        await page.keyboard.press("l")
        await page.getByRole("dialog").getByRole("combobox").waitFor()
      },
      assign: async () => {
        await company.open(page, "Vera")
        await page.getByRole("log").focus()
        await page.keyboard.press("a")
        await page.getByRole("menu").waitFor()
      },
    })
    await page.context().close()
  })

  test.each(SCHEMES)("the desk on a phone, %s", MANY, async (colorScheme) => {
    const looks = { ...PHONE, locale, colorScheme, reducedMotion: "reduce" } as const
    const page = await stage.openBrowserOf(company.ada, stage.url, looks)
    await expectNothing(page, {
      list: () => show(page, "/inbox/me", "main li a"),
      conversation: () => company.open(page, "Vera"),
      profile: () => show(page, "/settings/profile", "h1"),
    })
    // Nothing sticks out at either side.
    await company.open(page, "Vera")
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.viewport.width)
    await page.context().close()
  })

  test.each(SCHEMES)("the chat, %s", async (colorScheme) => {
    const page = await stage.openBrowser({ locale, colorScheme, reducedMotion: "reduce" })
    // The shop is in English; a page in another language is one that says so.
    await page.route("**/try", async (route) => {
      const answer = await route.fetch()
      await route.fulfill({
        body: (await answer.text()).replace('lang="en"', `lang="${locale}"`),
        response: answer,
      })
    })
    await page.goto(`${stage.url}/try`)
    const chat = page.locator("parley-chat")
    const panel = chat.getByRole("dialog")
    await expectNothing(page, {
      home: async () => {
        await chat.locator(".launcher").click()
        await panel.locator("h2").first().waitFor()
      },
      conversation: async () => {
        await panel.getByRole("textbox").fill("Socks?")
        await page.keyboard.press("Enter")
        await panel.getByRole("log").getByText("Socks?").waitFor()
      },
    })
    expect(await chat.locator(".stage").getAttribute("lang")).toBe(locale)
    await page.context().close()
  })
})

async function show(page: Page, path: string, sign: string): Promise<void> {
  await page.goto(stage.url + path)
  await page.locator(sign).first().waitFor()
}

function screens(names: readonly string[], open: (name: string) => Promise<unknown>): Screens {
  return Object.fromEntries(names.map((name) => [name, () => open(name)]))
}
