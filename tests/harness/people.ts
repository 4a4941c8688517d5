/**
 * What people do in their browsers: agents at the desk, visitors at the make-believe shop. Everything is found by
 * role and accessible name, as a screen reader finds it, so that a walk fails when somebody could not go on.
 */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core"

export const PASSWORD = "correct horse battery"

/** A machine that builds and tests at once is slow, and slowness alone is no fault. */
const PATIENCE = 20_000

/** A browser of one's own: nothing is shared with the others' but the machine. */
export async function openBrowserFor(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  return page
}

export async function firstStart(
  page: Page,
  url: string,
  o: { name: string; email: string; company: string },
): Promise<void> {
  await page.goto(url)
  await page.getByRole("heading", { name: "Create your workspace" }).waitFor()
  await page.getByRole("textbox", { name: "Your name" }).fill(o.name)
  await page.getByRole("textbox", { name: "Work e-mail" }).fill(o.email)
  await page.getByLabel("Password").fill(PASSWORD)
  await page.getByRole("textbox", { name: "Company" }).fill(o.company)
  await page.getByRole("button", { name: "Create workspace" }).click()
  await inbox(page, "Me").waitFor()
}

export async function signIn(page: Page, url: string, email: string): Promise<void> {
  await page.goto(url)
  await page.getByRole("textbox", { name: "E-mail" }).fill(email)
  await page.getByLabel("Password").fill(PASSWORD)
  await page.getByRole("button", { name: "Sign in" }).click()
  await inbox(page, "Me").waitFor()
}

/** The admin makes a link in Settings; the colleague follows it in his own browser. */
export async function invite(
  admin: Page,
  colleague: Page,
  o: { name: string; email: string },
): Promise<void> {
  await openSettings(admin, "Team")
  await admin.getByRole("button", { name: "Invite" }).click()
  await colleague.goto(await invitationLink(admin))
  await colleague.getByRole("textbox", { name: "Your name" }).fill(o.name)
  await colleague.getByRole("textbox", { name: "Work e-mail" }).fill(o.email)
  await colleague.getByLabel("Password").fill(PASSWORD)
  await colleague.getByRole("button", { name: "Join" }).click()
  await inbox(colleague, "Me").waitFor()
}

/** The field is there before the server has made what stands in it. */
async function invitationLink(admin: Page): Promise<string> {
  const field = admin.getByRole("textbox", { name: "Invitation link" })
  await field.waitFor()
  const handle = await field.elementHandle()
  await admin.waitForFunction(
    (element) => element instanceof HTMLInputElement && element.value !== "",
    handle,
  )
  return field.inputValue()
}

export async function openSettings(page: Page, section: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click()
  await page
    .getByRole("navigation", { name: "Settings" })
    .getByRole("link", { name: section, exact: true })
    .click()
  await page.getByRole("heading", { name: section, level: 1 }).waitFor()
}

export async function leaveSettings(page: Page): Promise<void> {
  const main = page.getByRole("navigation", { name: "Main" })
  await main.getByRole("link", { name: /^Customer Service/ }).click()
  await inbox(page, "Me").waitFor()
}

/** What becomes of a new conversation of the team Everyone. */
export async function deliverTo(
  page: Page,
  mode: "Go to Unassigned" | "Suggest to one agent first",
): Promise<void> {
  await openSettings(page, "Team")
  await page.getByRole("button", { name: "Change Everyone" }).click()
  const dialog = page.getByRole("dialog", { name: "Everyone" })
  await dialog.getByRole("combobox", { name: "New conversations" }).selectOption({ label: mode })
  await dialog.getByRole("button", { name: "Save" }).click()
  await dialog.waitFor({ state: "detached" })
}

/** "Unassigned", with its count or without; or by an exact name such as "Unassigned, 4". */
export function inbox(page: Page, name: string): Locator {
  const inboxes = page.getByRole("navigation", { name: "Inboxes" })
  const wanted = name.includes(",") ? new RegExp(`^${name}$`) : new RegExp(`^${name}(, [\\d,]+)?$`)
  return inboxes.getByRole("link", { name: wanted })
}

export async function openInbox(page: Page, name: string): Promise<void> {
  await inbox(page, name).click()
  await page.getByRole("heading", { name, level: 1, exact: true }).waitFor()
}

export const rows = (page: Page): Locator =>
  page.getByRole("list", { name: "Conversations" }).getByRole("listitem")

/** The row whose first line says this. */
export const row = (page: Page, text: string): Locator => rows(page).filter({ hasText: text })

/** When the list first shows the text, by the machine's clock in milliseconds: to be asked before it can. */
export function listed(page: Page, text: string): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          const list = document.querySelector('[aria-label="Conversations"]')
          if (list?.textContent.includes(wanted)) resolve(Date.now())
          else requestAnimationFrame(look)
        }
        look()
      }),
    text,
  )
}

export const conversation = (page: Page): Locator => page.getByRole("region", { name: /^Conversation with / })

export const log = (page: Page): Locator => page.getByRole("log", { name: "Messages" })

export const answerField = (page: Page): Locator => page.getByRole("textbox", { name: "Answer", exact: true })

/** By the text in its row, which is then in the timeline. */
export async function openConversation(page: Page, text: string): Promise<void> {
  await row(page, text).getByRole("link").click()
  await log(page).getByText(text).first().waitFor()
}

/** The desk shows at once what an agent does. Where somebody else's act must come after it, the server's word is waited for. */
export async function accepted(page: Page, path: RegExp, act: () => Promise<unknown>): Promise<void> {
  const answered = page.waitForResponse(
    (response) => response.ok() && response.request().method() !== "GET" && path.test(response.url()),
  )
  await act()
  await answered
}

export async function answer(page: Page, text: string): Promise<void> {
  await answerField(page).fill(text)
  await answerField(page).press("Enter")
  await log(page).getByText(text).waitFor()
}

/** Leaves the composer as it was found: for answers. */
export async function note(page: Page, write: (field: Locator) => Promise<void>): Promise<void> {
  const toggle = page.getByRole("switch", { name: "Internal note" })
  await toggle.click()
  const field = page.getByRole("textbox", { name: "Internal note" })
  await write(field)
  await page.getByRole("button", { name: "Send", exact: true }).click()
  await toggle.click()
  await answerField(page).waitFor()
}

/** The link in the rail; its name holds the badge. */
export const customerService = (page: Page, badge: number): Locator =>
  page.getByRole("navigation", { name: "Main" }).getByRole("link", {
    name:
      badge === 0
        ? "Customer Service"
        : `Customer Service, ${badge} ${badge === 1 ? "needs" : "need"} attention`,
    exact: true,
  })

export async function openShop(page: Page, url: string, path = "/try"): Promise<void> {
  await page.goto(url + path)
  await page.getByRole("button", { name: "Open chat", exact: true }).waitFor()
}

export const messageField = (page: Page): Locator =>
  page.getByRole("textbox", { name: "Message", exact: true })

export async function openChat(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open chat", exact: true }).click()
  await messageField(page).waitFor()
}

/** A visitor's message, in the open chat. */
export async function say(page: Page, text: string): Promise<void> {
  await messageField(page).fill(text)
  await messageField(page).press("Enter")
  await log(page).getByText(text).waitFor()
}
