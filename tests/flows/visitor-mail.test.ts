/** A visitor who goes before he is answered, and has the answer mailed. */
import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { settableClock } from "../harness/harness.ts"
import { openMailbox } from "../harness/mailbox.ts"
import { jobsOf, parleysOf, type RunningParley } from "./parleys.ts"
import { createOwner, type Person } from "./person.ts"
import { answerTo, createVisitor, placeOfMessage, type Visitor } from "./visitor-client.ts"

const clock = settableClock()
const startParley = parleysOf(clock)
const PUBLIC = "https://chat.acme.example"
let mailbox: Awaited<ReturnType<typeof openMailbox>>
let parley: RunningParley
let ada: Person & { workspaceId: string }
let sourceId: string

beforeAll(async () => {
  mailbox = await openMailbox()
  parley = await startParley({ smtpUrl: mailbox.smtpUrl, mailFrom: "p@acme.example", publicUrl: PUBLIC })
  ada = await createOwner(parley.url)
  const { rows } = await sql<{ id: string }>`select id from sources where channel = 'web-chat'`.execute(
    parley.database.db,
  )
  sourceId = rows[0]?.id ?? ""
  await sql`update teams set delivery_mode = 'queue'`.execute(parley.database.db)
})
afterAll(() => mailbox.close())
beforeEach(async () => {
  mailbox.mails.length = 0
  // Each test has its day: the limits count by the database's clock.
  await sql`delete from limits`.execute(parley.database.db)
})

const visitor = (key?: string): Visitor => createVisitor(parley.url, sourceId, key)
const joining = (): string => `j${randomBytes(32).toString("base64url")}`
const email = (of: Visitor, address: string | null) => of.ask("email", { key: of.key, email: address })
const answer = (to: unknown, text: string) => answerTo(parley.database, ada, { messageId: to, text })
const linkIn = (mail = ""): string => /#([\w-]{43})/.exec(mail)?.[1] ?? ""

async function later(minutes: number): Promise<void> {
  await parley.runDueJobs()
  clock.advance(minutes * 60)
  await parley.runDueJobs()
}

/** Eve has asked and left her address. */
async function waiting(address: string): Promise<{ eve: Visitor; asked: unknown }> {
  const eve = visitor()
  const asked = (await eve.say("Do you ship to Norway?")).body.id
  expect((await email(eve, address)).status).toBe(200)
  return { eve, asked }
}

describe("an answer", () => {
  test("that was not seen for five minutes is mailed once, with all that was written by then", async () => {
    const { asked } = await waiting("eve@visitor.example")
    await answer(asked, "We do!")
    clock.advance(60)
    await answer(asked, "It takes three days.")
    await later(3)
    expect(mailbox.mails).toEqual([])
    await later(2)
    expect(mailbox.mails).toHaveLength(1)
    const [mail = ""] = mailbox.mails
    expect(mail).toContain("To: eve@visitor.example")
    expect(mail).toContain("Subject: Ada from Acme answered")
    expect(mail).toMatch(/Ada:\r?\nWe do!\r?\n\r?\nAda:\r?\nIt takes three days\./)
    expect(mail).toContain(`${PUBLIC}/chat/${sourceId}#`)
    expect(mail).toContain("answers to this mail are not read yet")
    expect(mail).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    // What a visitor writes is never mailed: he may have named a stranger.
    expect(mail).not.toContain("Norway")
    await later(60)
    expect(mailbox.mails).toHaveLength(1)
    await answer(asked, "And it is free.")
    await later(6)
    expect(mailbox.mails).toHaveLength(2)
    expect(mailbox.mails[1]).not.toContain("We do!")
  })

  test("that was seen is not mailed, nor one written before he named an address", async () => {
    const { eve, asked } = await waiting("eve2@visitor.example")
    const { at } = await answer(asked, "We do!")
    await parley.runDueJobs()
    await eve.ask("seen", { key: eve.key, upTo: at })
    await later(10)
    expect(mailbox.mails).toEqual([])

    const bob = visitor()
    const question = (await bob.say("Hello")).body.id
    await answer(question, "Hello Bob")
    clock.advance(1)
    await email(bob, "bob@visitor.example")
    await later(10)
    expect(mailbox.mails).toEqual([])
  })

  test("is mailed in the language of his chat", async () => {
    const eva = visitor()
    const said = { key: eva.key, id: newId(), text: "Hallo", language: "de-AT" }
    const asked = (await eva.ask("messages", said)).body.id
    await email(eva, "eva@visitor.example")
    await answer(asked, "Guten Tag!")
    await later(6)
    const [mail = ""] = mailbox.mails
    expect(mail).toContain("Subject: Ada von Acme hat geantwortet")
    expect(mail).toContain("Im Chat lesen und antworten:")
  })

  test("is mailed nowhere when he takes his address back", async () => {
    const { eve, asked } = await waiting("eve3@visitor.example")
    await answer(asked, "We do!")
    await parley.runDueJobs()
    expect((await email(eve, null)).body).toEqual({ mailsTo: null })
    await later(10)
    expect(mailbox.mails).toEqual([])
    expect(await jobsOf(parley, "send-mail")).toEqual([])
  })
})

describe("the address", () => {
  test("is noted as unverified, and shown to its visitor with most of it left out", async () => {
    const { eve, asked } = await waiting("eve.long@visitor.example")
    const { conversationId } = await placeOfMessage(parley.database, asked)
    const { body } = await ada.get(`/conversations/${conversationId}/customer`)
    expect(JSON.stringify(body)).toContain(
      '{"name":"E-mail (unverified)","value":"eve.long@visitor.example"}',
    )
    const stream = await eve.connect()
    expect((await stream.next("welcome")).mailsTo).toBe("e…@visitor.example")
    stream.close()
    expect(eve.received.join("")).not.toContain("eve.long")
  })

  test("is an address, of somebody who wrote, and is not named by many", async () => {
    const eve = visitor()
    expect((await email(eve, "eve@visitor.example")).status).toBe(404)
    await eve.say("Hello")
    expect((await email(eve, "eve@visitor")).status).toBe(400)
    expect((await email(eve, "a@b.example\r\nBcc: c@d.example")).status).toBe(400)
    const statuses: number[] = []
    for (let many = 0; many < 6; many++) {
      const one = visitor()
      await one.say("Hello")
      statuses.push((await email(one, many % 2 ? "Stranger@else.example" : "stranger@else.example")).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  })

  test("whose owner unsubscribed is mailed nothing more, whoever names it", async () => {
    const { asked } = await waiting("stranger@far.example")
    await answer(asked, "We do!")
    await later(6)
    const [path = ""] = /\/unsubscribe\/[\w.-]+/.exec(mailbox.mails[0] ?? "") ?? []
    const at = parley.url + path
    expect((await fetch(at)).status).toBe(200)
    const forged = at.slice(0, -4) + (at.endsWith("AAAA") ? "BBBB" : "AAAA")
    expect((await fetch(forged, { method: "POST" })).status).toBe(404)
    // As mail programs ask: https://www.rfc-editor.org/rfc/rfc8058
    const asks = { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) }
    expect((await fetch(at, asks)).status).toBe(200)
    await answer(asked, "Are you there?")
    await later(10)
    expect(mailbox.mails).toHaveLength(1)
    const mallory = visitor()
    await mallory.say("Hello")
    expect((await email(mallory, "Stranger@far.example")).body).toMatchObject({ refusal: "mail-refused" })
  })
})

describe("the link", () => {
  test("opens the chat in the first browser that asks, with all that was said, and in no other one", async () => {
    const { eve, asked } = await waiting("eve4@visitor.example")
    await answer(asked, "We do!")
    await later(6)
    const link = linkIn(mailbox.mails[0])
    const phone = visitor(joining())
    expect((await phone.say("Who am I?")).body).toMatchObject({ refusal: "session-over" })
    expect((await phone.ask("reopen", { link, key: phone.key })).status).toBe(200)
    // The answer was lost.
    expect((await phone.ask("reopen", { link, key: phone.key })).status).toBe(200)
    const stream = await phone.connect()
    const { messages } = await stream.next("welcome")
    expect(messages.map(({ text }) => text)).toEqual(["Do you ship to Norway?", "We do!"])
    const said = await phone.say("Thanks, by phone")
    expect((await placeOfMessage(parley.database, said.body.id)).addressId).toBe(
      (await placeOfMessage(parley.database, asked)).addressId,
    )
    stream.close()
    const forwarded = visitor(joining())
    expect((await forwarded.ask("reopen", { link, key: forwarded.key })).body).toMatchObject({
      refusal: "link-over",
    })
    const over = await forwarded.connect()
    expect((await over.next("over")).kind).toBe("over")
    over.close()
    // Nor can whoever has it have the next answers sent elsewhere.
    expect((await email(phone, "mallory@else.example")).status).toBe(403)

    // Another one goes to the same address and nowhere else.
    expect((await forwarded.ask("link", { link })).status).toBe(200)
    await later(0)
    expect(mailbox.mails[1]).toContain("To: eve4@visitor.example")
    expect(linkIn(mailbox.mails[1])).not.toBe(link)
    // He names another address: what was mailed to the old one opens nothing.
    await email(eve, "eve5@visitor.example")
    const second = linkIn(mailbox.mails[1])
    expect((await forwarded.ask("reopen", { link: second, key: forwarded.key })).status).toBe(410)
    expect((await phone.say("Still here?")).status).toBe(410)
    expect((await eve.say("I am.")).status).toBe(200)
  })

  test("ends after a week, and is of no use at another website", async () => {
    const { asked } = await waiting("eve6@visitor.example")
    await answer(asked, "We do!")
    await later(6)
    const link = linkIn(mailbox.mails[0])
    const other = await ada.send("POST", "/sources", {
      name: "Other shop",
      teamId: (await sql<{ id: string }>`select id from teams`.execute(parley.database.db)).rows[0]?.id,
      settings: { channel: "web-chat" },
    })
    const elsewhere = createVisitor(parley.url, String(other.body.id), joining())
    expect((await elsewhere.ask("reopen", { link, key: elsewhere.key })).status).toBe(410)
    clock.advance(8 * 24 * 60 * 60)
    const eve = visitor(joining())
    expect((await eve.ask("reopen", { link, key: eve.key })).status).toBe(410)
  })
})

test("without a mail server nothing is offered and nothing is taken", async () => {
  const bare = await startParley()
  await createOwner(bare.url)
  const { rows } = await sql<{ id: string }>`select id from sources`.execute(bare.database.db)
  const eve = createVisitor(bare.url, rows[0]?.id ?? "")
  await eve.say("Hello")
  expect((await eve.ask("home")).body).toMatchObject({ takesEmail: false })
  expect((await email(eve, "eve@visitor.example")).status).toBe(404)
})
