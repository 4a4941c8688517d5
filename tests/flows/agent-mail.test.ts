/** What an agent has not read, mailed to him while he is not at his desk. */
import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { toldOfEverything } from "../../protocol/notifications.ts"
import { openMailbox } from "../harness/mailbox.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

const PUBLIC = "https://chat.acme.example"
let mailbox: Awaited<ReturnType<typeof openMailbox>>
let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague

beforeAll(async () => {
  mailbox = await openMailbox()
  parley = await openParley({ smtpUrl: mailbox.smtpUrl, mailFrom: "p@acme.example", publicUrl: PUBLIC })
})
afterAll(async () => {
  await parley?.stop()
  await mailbox?.close()
})
beforeEach(async () => {
  company = await createCompany(parley)
  ada = await company.hire("Ada Okafor")
  bo = await company.hire("Bo Lindqvist")
  await parley.runDueJobs()
  mailbox.mails.length = 0
})

async function later(minutes: number): Promise<void> {
  await parley.runDueJobs()
  parley.clock.set(new Date(parley.clock.now().getTime() + minutes * 60_000))
  await parley.runDueJobs()
}
const sitsDown = (agent: Colleague, isPresent: boolean) =>
  sql`update agents set is_present = ${isPresent} where id = ${agent.agentId}`.execute(parley.database.db)
const mention = (text: string) =>
  succeed(company.act(bo, "Vera", "notes", { text: `@{agent:${ada.agentId}} ${text}` }))

test("a mention that was not read for five minutes is mailed once, to who was mentioned alone", async () => {
  await sitsDown(ada, false)
  const { conversationId } = await company.write("Vera")
  await mention("can we do that?")
  await later(4)
  expect(mailbox.mails).toEqual([])
  await later(2)
  expect(mailbox.mails).toHaveLength(1)
  const [mail = ""] = mailbox.mails
  expect(mail).toContain("Subject: Bo Lindqvist mentioned you in the conversation with a visitor")
  expect(mail).toContain("@Ada Okafor can we do that?")
  expect(mail).toContain(`${PUBLIC}/conversations/${conversationId}?workspace=${company.workspaceId}`)
  const { rows } = await sql<{ email: string }>`select email from agents where id = ${ada.agentId}`.execute(
    parley.database.db,
  )
  expect(mail).toContain(`To: ${rows[0]?.email}`)
  await later(60)
  expect(mailbox.mails).toHaveLength(1)
})

test("what was read, or is seen at the desk, is not mailed; what is left there unread is", async () => {
  await sitsDown(ada, false)
  await company.write("Vera")
  await mention("one")
  await succeed(company.act(ada, "Vera", "read", { upTo: "2030-01-01T00:00:00.000000Z" }))
  await later(10)
  expect(mailbox.mails).toEqual([])
  await sitsDown(ada, true)
  await mention("two")
  await later(10)
  await later(10)
  expect(mailbox.mails).toEqual([])
  await sitsDown(ada, false)
  await later(6)
  expect(mailbox.mails).toHaveLength(1)
  expect(mailbox.mails[0]).toContain("two")
})

test("a suggestion that was not read at once is mailed while it lasts", async () => {
  await company.write("Vera", { text: "Where are my boots?" })
  await succeed(company.act(bo, "Vera", "offer", { agentId: ada.agentId }))
  await later(0.5)
  expect(mailbox.mails).toHaveLength(1)
  expect(mailbox.mails[0]).toContain("Subject: A conversation with a visitor is suggested to you")
  expect(mailbox.mails[0]).toContain("Where are my boots?")
  await later(10)
  await company.write("Wim")
  await succeed(company.act(bo, "Wim", "offer", { agentId: ada.agentId }))
  await succeed(company.act(ada, "Wim", "read", { upTo: "2030-01-01T00:00:00.000000Z" }))
  await later(0.5)
  expect(mailbox.mails).toHaveLength(1)
})

test("who wants no mails has none, nor of what he is not told of; without texts the words stay here", async () => {
  await sitsDown(ada, false)
  const wish = (preference: object) =>
    succeed(ada.send("PUT", "/me/notifications", { preference: { ...toldOfEverything, ...preference } }))
  await company.write("Vera")
  await wish({ mails: false })
  await mention("one")
  await later(10)
  await wish({ kinds: { ...toldOfEverything.kinds, mention: false } })
  await mention("two")
  await later(10)
  expect(mailbox.mails).toEqual([])
  await wish({ showsText: false })
  await mention("three")
  await later(10)
  expect(mailbox.mails).toHaveLength(1)
  expect(mailbox.mails[0]).not.toContain("three")
})
