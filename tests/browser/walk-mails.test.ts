/** What an agent is mailed while he is not at his desk, and where the link in it leads. */
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import { openMailbox } from "../harness/mailbox.ts"
import * as people from "../harness/people.ts"
import { inbox, log, PASSWORD } from "../harness/people.ts"
import { findFreePort } from "../harness/proxy.ts"
import { openStage, type Stage } from "./stage.ts"

let mailbox: Awaited<ReturnType<typeof openMailbox>>
let stage: Stage
let company: Company
let url: string
let bo: Page

beforeAll(async () => {
  mailbox = await openMailbox()
  const port = await findFreePort()
  // The links in mails lead here.
  url = `http://localhost:${port}`
  const mailFrom = "Parley <parley@acme.example>"
  stage = await openStage({ port, publicUrl: url, smtpUrl: mailbox.smtpUrl, mailFrom })
  company = await stage.fill()
  bo = await stage.openBrowserOf(await company.hire("Bo Lindqvist"), url)
})
afterAll(async () => {
  await stage?.close()
  await mailbox?.close()
})

test("who is not at his desk and is mentioned gets a mail, whose link opens the conversation", async () => {
  const cys = await company.hire("Cy Dahl", { isAway: true })
  const { rows } = await sql<{ email: string }>`select email from agents where id = ${cys.agentId}`.execute(
    stage.database.db,
  )
  const email = rows[0]?.email ?? ""
  await company.write("Xenia", { text: "Xenia asks about soles" })
  await bo.goto(`${url}/inbox/unassigned`)
  await people.openConversation(bo, "Xenia asks about soles")
  await people.note(bo, async (field) => {
    await field.pressSequentially("Which glue was it, @c")
    await bo.getByRole("option", { name: "Cy Dahl" }).click()
  })
  await log(bo).getByText("Which glue was it").waitFor()
  const mails = () => mailbox.mails.filter((mail) => mail.includes(`To: ${email}`))
  // The five minutes are over.
  await expect
    .poll(async () => {
      await sql`update jobs set run_at = '-infinity' where name = 'mail-agent'`.execute(stage.database.db)
      return mails()
    })
    .toHaveLength(1)
  const [mail = ""] = mails()
  expect(mail).toContain("Subject: Bo Lindqvist mentioned you in the conversation with a visitor")
  expect(mail).toContain("Which glue was it, @Cy Dahl")

  const page = await stage.openBrowser()
  await page.goto(new RegExp(`${url}/conversations/[\\w-]+`).exec(mail)?.[0] ?? "")
  await page.getByRole("textbox", { name: "E-mail" }).fill(email)
  await page.getByLabel("Password").fill(PASSWORD)
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
  await log(page).getByText("Which glue was it").waitFor()
  await inbox(page, "Mentions, 1").waitFor()
})
