import { sql } from "kysely"
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest"
import type { Channel } from "../../protocol/values.ts"
import type { Adapters } from "../../server/channels/channels.ts"
import { conversationJobs, receive, recordDelivery } from "../../server/conversations/conversations.ts"
import { newId, stamp } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

type Adapter = NonNullable<ReturnType<Adapters["get"]>>
type Provider = Extract<Adapter, { send: unknown }>
type Outcome = Awaited<ReturnType<Provider["send"]>>

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let sourceId: string
/** What the provider was asked to send, and what it says to the next messages. */
let sent: string[]
let isBroken = false
let outcomes: (Outcome | Error)[]
type Sending = { entryId: string; since: string }
let sendings: Sending[]

const jobs = () => {
  const adapters = new Map<Channel, Adapter>([["sms", provider]])
  if (isBroken)
    adapters.get = () => {
      throw new Error("broken before anything is sent")
    }
  return conversationJobs({ sync: parley.sync, adapters })
}
const provider: Provider = {
  channel: "sms",
  capabilities: { delivery: "provider", maxText: 1600, isIdempotent: false, takesFiles: true, linkText: 200 },
  verify: () => true,
  parse: () => [],
  parseStatus: () => [],
  mediaAccess: () => ({ origin: "", headers: {} }),
  fetchMissed: async () => ({ messages: [], statuses: [] }),
  async send({ id, since, text }) {
    sent.push(text)
    sendings.push({ entryId: id, since })
    const outcome = outcomes.shift() ?? { kind: "taken", providerId: newId() }
    if (outcome instanceof Error) throw outcome
    return outcome
  },
}

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada")
  const settings = {
    channel: "sms",
    number: "+15005550006",
    accountId: `AC${"0".repeat(32)}`,
    authToken: "a token of it",
    apiBase: "http://127.0.0.1:9",
  }
  const { body } = await succeed(
    company.owner.send("POST", "/sources", { name: "Numbers", teamId: company.everyoneId, settings }),
  )
  sourceId = String(body.id)
})
afterAll(() => parley.stop())

let name: string
let answerId: string
let count = 0

beforeEach(async () => {
  sent = []
  sendings = []
  outcomes = []
  name = `+1555000000${count++}`
  await text("Hello")
  await succeed(company.answer(ada, name, undefined, "Hi!"))
  const answer = (await company.timeline(ada, name)).at(-1)
  answerId = answer?.id ?? ""
})

function inbound(
  id: string,
  words: string,
  claimedAt: string | null = null,
): Parameters<typeof receive>[1][number] {
  return {
    workspaceId: company.workspaceId,
    sourceId,
    channel: "sms",
    teamId: company.everyoneId,
    addressValue: name,
    addressDisplay: name,
    profile: {},
    message: { id, providerId: id, text: words, claimedAt, files: [] },
  }
}

async function text(
  words: string,
  consent?: "opted-out" | "opted-in",
  claimedAt: string | null = null,
): Promise<void> {
  const id = newId()
  const [received] = await receive(parley.sync, [
    { ...inbound(id, words, claimedAt), ...(consent && { consent }) },
  ])
  company.customers.set(name, {
    name,
    key: "",
    conversationId: received?.conversationId ?? "",
    lastEntryId: id,
  })
}

/** Runs the job as a worker would. */
async function deliver(lastAttempt = false): Promise<void> {
  const job = { id: newId(), workspaceId: company.workspaceId, attempt: 1, lastAttempt }
  const { deliver } = jobs()
  if (typeof deliver === "object") await deliver.run({ entryId: answerId }, job)
}

async function delivery(): Promise<unknown> {
  const entry = (await company.timeline(ada, name)).find(({ id }) => id === answerId)
  return entry?.body.type === "message" ? entry.body.delivery : undefined
}

const told = (
  state: "sent" | "delivered" | "read" | "failed",
  o: { providerId: string; reason?: string; sending?: Sending },
) =>
  recordDelivery(parley.sync, {
    workspaceId: company.workspaceId,
    sourceId,
    sending: null,
    state,
    reason: null,
    ...o,
  })

describe("messages that come together", () => {
  const texts = async () => (await company.timeline(ada, name)).map(({ body }) => Object(body).text)

  test("are all taken but the one that is refused", async () => {
    const stolen = { ...inbound(newId(), "Not mine"), addressValue: "+15559999999" }
    const id = newId()
    await receive(parley.sync, [{ ...stolen, message: { ...stolen.message, id, providerId: null } }])
    const both = [inbound(id, "Stolen"), inbound(newId(), "Mine")]
    await expect(receive(parley.sync, both)).rejects.toMatchObject({ code: "invalid-input" })
    expect(await texts()).toEqual(expect.arrayContaining(["Mine"]))
    expect(await texts()).not.toContain("Stolen")
  })

  test("are not tried one by one when nothing can be written at all", async () => {
    const warn = vi.spyOn(parley.sync.log, "warn")
    const both = [inbound(newId(), "One"), inbound(newId(), "Two")]
    await sql`alter table entries rename to entries_away`.execute(parley.database.db)
    await expect(receive(parley.sync, both)).rejects.toMatchObject({ code: "42P01" })
    await sql`alter table entries_away rename to entries`.execute(parley.database.db)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
    await receive(parley.sync, both)
    expect(await texts()).toEqual(expect.arrayContaining(["One", "Two"]))
  })
})

describe("an answer through a provider", () => {
  test("is being sent until the provider has taken it", async () => {
    expect(await delivery()).toEqual({ state: "sending", reason: null })
    await deliver()
    await deliver()
    expect(sent).toEqual(["Hi!"])
    expect(await delivery()).toEqual({ state: "sent", reason: null })
  })

  test("is sent once by two workers of whom one was thought dead", async () => {
    await Promise.all([deliver(), deliver()])
    expect(sent).toEqual(["Hi!"])
    expect(await delivery()).toEqual({ state: "sent", reason: null })
  })

  test("that was perhaps taken before the process died is not sent again, but may be on purpose", async () => {
    outcomes = [new Error("the process dies here")]
    await expect(deliver()).rejects.toThrow("dies here")
    await deliver()
    expect(sent).toEqual(["Hi!"])
    expect(await delivery()).toEqual({ state: "unsure", reason: null })
    await succeed(company.act(ada, name, `entries/${answerId}/resend`))
    expect(await delivery()).toEqual({ state: "sending", reason: null })
    await deliver()
    expect(sent).toEqual(["Hi!", "Hi!"])
    expect(await delivery()).toEqual({ state: "sent", reason: null })
  })

  test("is tried again while the provider is busy, and has failed after the last attempt", async () => {
    const busy: Outcome = { kind: "refused", reason: "too-often", isPermanent: false, isOptedOut: false }
    outcomes = [busy, busy]
    await expect(deliver()).rejects.toThrow("too-often")
    expect(await delivery()).toEqual({ state: "sending", reason: null })
    await deliver(true)
    expect(await delivery()).toEqual({ state: "failed", reason: "too-often" })
  })

  test("that is refused for good says why", async () => {
    outcomes = [{ kind: "refused", reason: "number-unreachable", isPermanent: true, isOptedOut: false }]
    await deliver()
    expect(await delivery()).toEqual({ state: "failed", reason: "number-unreachable" })
  })

  test("closes the address when the customer wants nothing from us, and none is sent to it any more", async () => {
    outcomes = [{ kind: "refused", reason: "opted-out", isPermanent: true, isOptedOut: true }]
    await deliver()
    expect((await company.events(ada, name)).at(-1)).toMatchObject({ what: "opted-out" })
    expect((await company.see(ada, name)).addresses).toMatchObject([{ optedOut: true }])
    expect((await company.answer(ada, name)).body).toMatchObject({ refusal: "opted-out" })
    expect((await company.act(ada, name, `entries/${answerId}/resend`)).body).toMatchObject({
      refusal: "opted-out",
    })
    await text("START", "opted-in")
    expect((await company.answer(ada, name)).status).toBe(200)
  })

  test("is not sent when the customer opted out before its turn", async () => {
    await text("STOP", "opted-out")
    await text("STOP", "opted-out")
    await deliver()
    expect(sent).toEqual([])
    expect(await delivery()).toEqual({ state: "failed", reason: "opted-out" })
    const optedOut = (await company.events(ada, name)).filter(({ what }) => what === "opted-out")
    expect(optedOut).toHaveLength(1)
  })

  test("goes on to a customer whose STOP is learned after the START that followed it", async () => {
    const earlier = stamp(company.clock.now())
    company.clock.advance(60)
    await text("START", "opted-in")
    await text("STOP", "opted-out", earlier)
    expect((await company.see(ada, name)).addresses).toMatchObject([{ optedOut: false }])
    await deliver()
    expect(sent).toEqual(["Hi!"])
  })

  test("is told of in any order, by an earlier attempt not at all", async () => {
    outcomes = [{ kind: "taken", providerId: `SM1${name}` }]
    await deliver()
    await told("delivered", { providerId: `SM1${name}` })
    await told("sent", { providerId: `SM1${name}` })
    await told("failed", { providerId: `SM1${name}`, reason: "number-unreachable" })
    expect(await delivery()).toEqual({ state: "delivered", reason: null })
    expect(await told("read", { providerId: "SM0 of nobody" })).toBe(false)
  })

  test("is told of by our own id while it is being sent, and not while it waits to be sent again", async () => {
    outcomes = [new Error("the process dies here")]
    await expect(deliver()).rejects.toThrow("dies here")
    const [sending] = sendings
    const late = { providerId: `SM1${name}`, reason: "filtered", ...(sending && { sending }) }
    expect(await told("failed", late)).toBe(true)
    expect(await delivery()).toEqual({ state: "failed", reason: "filtered" })
    await succeed(company.act(ada, name, `entries/${answerId}/resend`))
    expect(await told("failed", late)).toBe(false)
    expect(await delivery()).toEqual({ state: "sending", reason: null })
    await deliver()
    expect(await delivery()).toEqual({ state: "sent", reason: null })
  })

  test("is told of by our own id only for the sending that is under way", async () => {
    outcomes = [new Error("the process dies here"), new Error("and here")]
    await expect(deliver()).rejects.toThrow("dies here")
    await deliver()
    await succeed(company.act(ada, name, `entries/${answerId}/resend`))
    company.clock.advance(1)
    await expect(deliver()).rejects.toThrow("and here")
    const [first, second] = sendings
    if (!first || !second) throw new Error("It was not sent twice.")
    expect(await told("delivered", { providerId: `SM1${name}`, sending: first })).toBe(false)
    expect(await delivery()).toEqual({ state: "sending", reason: null })
    expect(await told("delivered", { providerId: `SM2${name}`, sending: second })).toBe(true)
    expect(await delivery()).toEqual({ state: "delivered", reason: null })
  })

  test("that the last attempt could not hand over has failed, or may have been sent, and can be sent again", async () => {
    isBroken = true
    await expect(deliver()).rejects.toThrow("broken")
    expect(await delivery()).toEqual({ state: "sending", reason: null })
    await expect(deliver(true)).rejects.toThrow("broken")
    expect(await delivery()).toEqual({ state: "failed", reason: "refused" })
    isBroken = false
    await succeed(company.act(ada, name, `entries/${answerId}/resend`))
    outcomes = [new Error("the connection broke here")]
    await expect(deliver(true)).rejects.toThrow("broke here")
    expect(await delivery()).toEqual({ state: "unsure", reason: null })
  })

  test("is shown to everyone who sees the conversation, and to its address, as it gets on", async () => {
    await deliver()
    const { rows } = await sql<{ audience: string[] }>`
      select audience from changes where entity_id = ${answerId} order by number`.execute(parley.database.db)
    const { lastAddressId } = await company.see(ada, name)
    expect(rows).toHaveLength(2)
    for (const { audience } of rows)
      expect(audience).toEqual(
        expect.arrayContaining([
          `team:${company.everyoneId}`,
          "admins",
          `agent:${ada.agentId}`,
          `address:${lastAddressId}`,
        ]),
      )
  })
})
