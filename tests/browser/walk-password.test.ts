/** Ways back in, and what comes by mail: a forgotten password, trusted browsers, a colleague's lost phone, a new address. */
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { codeOf } from "../harness/authenticator.ts"
import { openMailbox } from "../harness/mailbox.ts"
import * as people from "../harness/people.ts"
import { conversation, inbox, log, PASSWORD } from "../harness/people.ts"
import { findFreePort } from "../harness/proxy.ts"
import { openStage, type Stage } from "./stage.ts"

let mailbox: Awaited<ReturnType<typeof openMailbox>>
let stage: Stage
let company: Company
let url: string
/** Admin. */
let ada: Colleague

beforeAll(async () => {
  mailbox = await openMailbox()
  const port = await findFreePort()
  // The links in mails lead here.
  url = `http://localhost:${port}`
  stage = await openStage({
    port,
    publicUrl: url,
    smtpUrl: mailbox.smtpUrl,
    mailFrom: "Parley <parley@acme.example>",
  })
  company = await stage.fill()
  ada = await company.hire("Ada Okafor", { role: "admin" })
})
afterAll(async () => {
  await stage?.close()
  await mailbox?.close()
})

const WRONG = "E-mail or password is wrong."

const mailsTo = (email: string) => mailbox.mails.filter((mail) => mail.includes(`To: ${email}`))

/** Of the one mail that came to the address. */
async function linkTo(email: string, path: string): Promise<string> {
  await expect.poll(() => mailsTo(email)).toHaveLength(1)
  const [mail = ""] = mailsTo(email)
  const link = new RegExp(`${url}/${path}/[\\w-]+`).exec(mail)?.[0]
  if (link === undefined) throw new Error(`No such link was mailed: ${mail}`)
  return link
}

async function emailOf(agent: Colleague): Promise<string> {
  const { rows } = await sql<{ email: string }>`select email from agents where id = ${agent.agentId}`.execute(
    stage.database.db,
  )
  return rows[0]?.email ?? ""
}

/** On the page for signing in, or at its address. */
async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByRole("textbox", { name: "E-mail" }).fill(email)
  await page.getByLabel("Password").fill(password)
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
}

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click()
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
}

/** As by Settings > Sign-in; answers what his app knows. */
async function setUpCodes(agent: Colleague): Promise<string> {
  const { body } = await succeed(agent.ask("POST", "/api/v1/account/two-factors", { password: PASSWORD }))
  const secret = new URL(String(body.uri)).searchParams.get("secret") ?? ""
  // The code of the half minute that has just passed, so that this one's is still good.
  const code = codeOf(secret, -1)
  await succeed(agent.ask("POST", "/api/v1/account/two-factors/confirm", { code }))
  return secret
}

test("a forgotten password is replaced by a link in a mail; the new one signs in, the old one does not any more", async () => {
  const bo = await company.hire("Bo Lindqvist")
  const email = await emailOf(bo)
  const elsewhere = await stage.openBrowserOf(bo, url)
  await elsewhere.goto(url)
  await inbox(elsewhere, "Me").waitFor()
  const page = await stage.openBrowser()
  await page.goto(url)
  await page.getByRole("link", { name: "Forgotten your password?" }).click()
  await page.getByRole("textbox", { name: "E-mail" }).fill(email)
  await page.getByRole("button", { name: "Mail me a link" }).click()
  await page.getByText(`If there is an account for ${email}, a link is on its way.`).waitFor()

  const link = await linkTo(email, "reset-password")
  await page.goto(link)
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor()
  await page.getByLabel("New password").fill("a better password")
  await page.getByRole("button", { name: "Save password" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await signIn(page, email)
  await page.getByText(WRONG).waitFor()
  await signIn(page, email, "a better password")
  await inbox(page, "Me").waitFor()
  // Whoever was signed in with the old one is out.
  await elsewhere.getByRole("heading", { name: "Sign in" }).waitFor()

  // The link was good once.
  await elsewhere.goto(link)
  await elsewhere.getByLabel("New password").fill("yet another one")
  await elsewhere.getByRole("button", { name: "Save password" }).click()
  await elsewhere.getByText("It was used, withdrawn or is too old. Ask for a new link.").waitFor()
  expect(await elsewhere.getByRole("heading", { name: "Choose a new password" }).count()).toBe(1)
})

test("a browser that is trusted is not asked for a code again; another one is", async () => {
  const cy = await company.hire("Cy Marsh")
  const email = await emailOf(cy)
  const secret = await setUpCodes(cy)
  const laptop = await stage.openBrowser()
  await laptop.goto(url)
  await signIn(laptop, email)
  await laptop.getByRole("checkbox", { name: "Do not ask on this browser for 30 days" }).check()
  await laptop.getByRole("textbox", { name: "Code" }).fill(codeOf(secret))
  await laptop.getByRole("button", { name: "Sign in", exact: true }).click()
  await inbox(laptop, "Me").waitFor()
  await signOut(laptop, "Cy Marsh")
  await signIn(laptop, email)
  await inbox(laptop, "Me").waitFor()

  const other = await stage.openBrowser()
  await other.goto(url)
  await signIn(other, email)
  await other.getByRole("heading", { name: "Enter a code" }).waitFor()
  expect(await inbox(other, "Me").count()).toBe(0)
})

test("an admin resets the second factors of a colleague, who signs in with the password alone", async () => {
  const dee = await company.hire("Dee Alba")
  const email = await emailOf(dee)
  await setUpCodes(dee)
  const page = await stage.openBrowser()
  await page.goto(url)
  await signIn(page, email)
  await page.getByRole("heading", { name: "Enter a code" }).waitFor()

  const desk = await stage.openBrowserOf(ada, url)
  await desk.goto(url)
  await people.openSettings(desk, "Team")
  const line = desk.getByRole("listitem").filter({ hasText: email })
  await line.getByRole("button", { name: "Reset two factors of Dee Alba" }).click()
  const dialog = desk.getByRole("dialog", { name: "Reset two factors of Dee Alba?" })
  await dialog.getByRole("button", { name: "Reset" }).click()
  await desk.getByText("Dee Alba signs in by password now").waitFor()
  await line.getByRole("button", { name: "Reset two factors of Dee Alba" }).waitFor({ state: "detached" })

  await page.goto(url)
  await signIn(page, email)
  await inbox(page, "Me").waitFor()
})

test("a new e-mail address is the one to sign in with once the link mailed to it was opened", async () => {
  const eli = await company.hire("Eli Brand")
  const email = await emailOf(eli)
  const page = await stage.openBrowserOf(eli, url)
  await page.goto(url)
  await people.openSettings(page, "Sign-in")
  const panel = page.getByRole("region", { name: "E-mail" })
  await panel.getByText(email).waitFor()
  await panel.getByRole("textbox", { name: "New e-mail" }).fill("eli@new.example")
  await panel.getByLabel("Current password").fill(PASSWORD)
  await panel.getByRole("button", { name: "Change e-mail" }).click()
  await page.getByText("Open the link in the mail to eli@new.example within an hour.").waitFor()
  const link = await linkTo("eli@new.example", "confirm-email")

  const phone = await stage.openBrowser()
  await phone.goto(url)
  await signIn(phone, "eli@new.example")
  await phone.getByText(WRONG).waitFor()
  await phone.goto(link)
  await phone.getByRole("button", { name: "Confirm" }).click()
  await phone.getByRole("heading", { name: "Your e-mail address was changed" }).waitFor()
  await phone.getByRole("link", { name: "To Parley" }).click()
  await signIn(phone, email)
  await phone.getByText(WRONG).waitFor()
  await signIn(phone, "eli@new.example")
  await inbox(phone, "Me").waitFor()
  await page.reload()
  await panel.getByText("eli@new.example").waitFor()
})

test("a suggestion that was not read is mailed, and the link in the mail opens the conversation", async () => {
  const fay = await company.hire("Fay Moreau")
  const teamId = await company.makeTeam([fay], { offerSeconds: 3_600 })
  const at = await company.makeSource(teamId)
  const email = await emailOf(fay)
  await company.write("Vera", { at, text: "Where are my boots?" })
  // The twenty seconds are over.
  await expect
    .poll(
      async () => {
        await sql`update jobs set run_at = '-infinity' where name = 'mail-agent'`.execute(stage.database.db)
        return mailsTo(email)
      },
      { timeout: 15_000 },
    )
    .toHaveLength(1)
  const [mail = ""] = mailsTo(email)
  expect(mail).toContain("Subject: A conversation with a visitor is suggested to you")
  expect(mail).toContain("Where are my boots?")

  const page = await stage.openBrowser()
  await page.goto(await linkTo(email, "conversations"))
  await signIn(page, email)
  await log(page).getByText("Where are my boots?").waitFor()
  await conversation(page).getByRole("button", { name: "Accept" }).click()
  await conversation(page)
    .getByText(/^Assigned to you/)
    .waitFor()
})
