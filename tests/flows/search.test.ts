import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { SearchAnswer } from "../../protocol/search.ts"
import { mentionOf } from "../../protocol/text.ts"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { createWordFeeder } from "../../server/search/search.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { ask } from "./searching.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
/** Sees all. */
let ada: Colleague
/** In the team of the other website, too. */
let bo: Colleague
/** In Everyone alone. */
let cy: Colleague
let teamId: string
let sourceId: string

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo Berg")
  cy = await company.hire("Cy")
  teamId = await company.makeTeam([bo], { name: "Shipping", deliveryMode: "queue" })
  sourceId = await company.makeSource(teamId)
})
afterAll(() => parley.stop())

/** Asked while the words of the latest are not kept, and again when they are: nothing may be different. */
async function search(agent: Colleague, q: string, more = ""): Promise<SearchAnswer> {
  const before = await ask(agent, q, more)
  await feed()
  expect(await ask(agent, q, more), `${q}, its words kept`).toEqual(before)
  return before
}

function feed(): Promise<void> {
  return createWordFeeder(parley.sync).feed()
}

/** What was found, as text, the newest first. */
async function texts(agent: Colleague, q: string): Promise<string[]> {
  const { entries } = await search(agent, q)
  return entries.map(({ snippet }) => snippet.map(({ text }) => text).join(""))
}

/** A customer whose name is known, on SMS-like terms: he has a number that can be shown. */
async function arrive(name: string, number: string, text: string): Promise<void> {
  await receive(company.sync, [
    {
      workspaceId: company.workspaceId,
      sourceId: company.sourceId,
      channel: number === "" ? "web-chat" : "sms",
      teamId: company.everyoneId,
      addressValue: number.replaceAll(" ", "") || randomBytes(8).toString("hex"),
      addressDisplay: number,
      profile: { name },
      message: { id: newId(), providerId: null, text, claimedAt: null, files: [] },
    },
  ])
}

describe("a message", () => {
  test("is found as soon as it is there, by any of its words in any order, by their beginning, without accents", async () => {
    await company.write("Ines", { text: "Où est ma commande Zürich-4711 ?" })
    for (const q of ["commande", "est ou", "COMM zurich", "4711", "zurich-4711", '"ma commande"'])
      expect(await texts(bo, q), q).toEqual(["Où est ma commande Zürich-4711 ?"])
    expect(await texts(bo, "commande nulle")).toEqual([])
  })

  test("stands in its context, with the hits marked and nothing as HTML", async () => {
    const written = await company.write("Eve", { text: `<img src=x onerror=alert(1)> xylophone & "quotes"` })
    const { entries } = await search(bo, "xylo")
    expect(entries).toMatchObject([
      {
        id: written.lastEntryId,
        conversationId: written.conversationId,
        type: "message",
        agentId: null,
        channel: "web-chat",
        isOpen: true,
        teamId: company.everyoneId,
        snippet: [
          { text: "<img src=x onerror=alert(1)> ", isHit: false },
          { text: "xylo", isHit: true },
          { text: 'phone & "quotes"', isHit: false },
        ],
      },
    ])
  })

  test("answers and notes are found, too; who is mentioned in a note is named", async () => {
    await company.write("Nora")
    await succeed(company.answer(bo, "Nora", undefined, "The brontosaurus left the warehouse."))
    await succeed(
      company.act(bo, "Nora", "notes", { text: `${mentionOf("agent", cy.agentId)} mind the brontosaurus` }),
    )
    const { entries } = await search(ada, "brontosaurus")
    expect(entries.map(({ type, agentId }) => [type, agentId])).toEqual([
      ["note", bo.agentId],
      ["message", bo.agentId],
    ])
    expect(await texts(ada, "mind brontosaurus")).toEqual(["@Cy mind the brontosaurus"])
  })

  test.each(["'", "\\", "a'b\\c", "!!! & | :* <->", "%_", "'':*", "((", '"', "label:", "\u0000", "🦕'"])(
    "what looks like syntax (%s) is no error",
    async (q) => {
      await search(bo, q)
      await search(bo, `from:${q} x`)
    },
  )

  test("comes in pages that stay where they are while new ones arrive", async () => {
    for (let count = 0; count < 60; count++) await company.write(`P${count}`, { text: `paginated ${count}` })
    const first = await search(bo, "paginated")
    await company.write("P60", { text: "paginated 60" })
    const second = await search(bo, "paginated", `&cursor=${encodeURIComponent(first.cursor ?? "")}`)
    const third = await search(bo, "paginated", `&cursor=${encodeURIComponent(second.cursor ?? "")}`)
    const found = [first, second, third].flatMap(({ entries }) =>
      entries.map(({ snippet }) => snippet.at(-1)?.text.trim()),
    )
    expect(found).toEqual(Array.from({ length: 60 }, (_, place) => String(59 - place)))
    expect([second.customers, second.labels, third.cursor]).toEqual([[], [], null])
    for (const odd of ["2026-02-30T00:00:00.000000Z~x", "x", `~${newId()}`])
      expect((await bo.get(`/search?q=paginated&cursor=${odd}`)).status).toBe(400)
  })
})

describe("only what one may see", () => {
  const secret = async (agent: Colleague) => (await texts(agent, "pterodactyl")).length

  test("team, assignee, offer, mention and admin each let it be found; nobody else learns of it", async () => {
    await company.write("Otto", { at: sourceId, text: "My pterodactyl is broken." })
    // Before anybody's search has its words kept.
    expect((await ask(cy, "pterodactyl")).entries).toEqual([])
    expect([await secret(ada), await secret(bo), await secret(cy)]).toEqual([1, 1, 0])

    await succeed(company.assign(bo, "Otto", { kind: "agent", agentId: cy.agentId }))
    expect(await secret(cy)).toBe(1)
    await succeed(company.assign(bo, "Otto", { kind: "agent", agentId: bo.agentId }))
    expect(await secret(cy)).toBe(0)

    await succeed(company.act(bo, "Otto", "offer", { agentId: cy.agentId }))
    expect(await secret(cy)).toBe(1)
    await company.pass(3_600)
    expect(await secret(cy)).toBe(0)

    await succeed(company.act(bo, "Otto", "notes", { text: `Look ${mentionOf("agent", cy.agentId)}` }))
    expect(await secret(cy)).toBe(1)
  })

  test("a customer exists only for those who may see his conversation", async () => {
    await arrive("Quirina Vandermeer", "+33 6 12 34 56 78", "Hello")
    expect((await search(cy, "quirina")).customers).toMatchObject([
      { customer: { name: "Quirina Vandermeer" } },
    ])
    await sql`
      update conversations c set team_id = ${teamId} from customers k
       where k.id = c.customer_id and k.name = 'Quirina Vandermeer'`.execute(parley.database.db)
    expect((await search(cy, "quirina")).customers).toEqual([])
    expect((await search(bo, "quirina")).customers).toHaveLength(1)
  })

  test("nothing of another workspace", async () => {
    const other = await createCompany(parley)
    const dee = await other.hire("Dee", { role: "admin" })
    expect(await search(dee, "commande")).toMatchObject({ customers: [], labels: [], entries: [] })
    expect((await search(dee, "quirina")).customers).toEqual([])
    await succeed(dee.send("POST", "/labels", { id: newId(), name: "theirs", color: "red" }))
    expect((await search(ada, "theirs")).labels).toEqual([])
  })
})

describe("customers", () => {
  test.each([
    ["quirina", true],
    ["vander quir", true],
    ["Quirnia", true],
    ["Quirna", true],
    ["Quirrina", true],
    ["Wandermeer", true],
    ["+33612345678", true],
    ["0612345678", true],
    ["345678", true],
    ["quirxxna", false],
    ["0612345679", false],
  ])("%s: found %s", async (q, isFound) => {
    expect((await search(ada, q)).customers.map(({ customer }) => customer.name)).toEqual(
      isFound ? ["Quirina Vandermeer"] : [],
    )
  })

  test("a name that is learned later is found from then on", async () => {
    const { conversationId } = await company.write("Namer")
    const { rows } = await sql<{ value: string }>`
      select a.value from addresses a join conversations c on c.customer_id = a.customer_id where c.id = ${conversationId}`.execute(
      parley.database.db,
    )
    expect((await search(ada, "wolpertinger")).customers).toEqual([])
    await receive(company.sync, [
      {
        workspaceId: company.workspaceId,
        sourceId: company.sourceId,
        channel: "web-chat",
        teamId: company.everyoneId,
        addressValue: rows[0]?.value ?? "",
        addressDisplay: "",
        profile: { name: "Wolpertinger" },
        message: { id: newId(), providerId: null, text: "It is me", claimedAt: null, files: [] },
      },
    ])
    expect((await search(ada, "wolpertinger")).customers).toMatchObject([{ conversationId }])
  })
})

describe("operators", () => {
  test("label: finds all that carry it, at once, merged ones too, and none when it is taken off or deleted", async () => {
    const { lastEntryId } = await company.write("Lea", { text: "labelled stegosaurus" })
    const [invoice, bill] = [newId(), newId()]
    for (const [id, name] of [
      [invoice, "Invoice"],
      [bill, "Bill to pay"],
    ])
      await succeed(ada.send("POST", "/labels", { id, name, color: "blue" }))
    const put = (labelId: string, isOn: boolean) =>
      succeed(company.act(bo, "Lea", `entries/${lastEntryId}/labels/${labelId}`, { isOn }))
    const carrying = async (q: string) => (await search(bo, q)).entries.map(({ id }) => id)

    expect(await carrying("label:invoice")).toEqual([])
    await put(invoice, true)
    expect(await carrying("label:invoice")).toEqual([lastEntryId])
    expect(await carrying("label:invoice stegosaurus")).toEqual([lastEntryId])
    expect(await carrying("label:invoice commande")).toEqual([])
    expect((await search(bo, "invoi")).labels).toMatchObject([{ name: "Invoice" }])

    await succeed(ada.send("PUT", `/labels/${invoice}/merged`, { into: bill }))
    expect(await carrying('label:"bill to pay"')).toEqual([lastEntryId])
    expect((await search(bo, "label:invoice")).problems).toMatchObject([{ problem: "unknown-name" }])
    await succeed(ada.send("PUT", `/labels/${invoice}/merged`, { into: null }))
    expect(await carrying("label:bill")).toEqual([])
    await put(invoice, false)
    expect(await carrying("label:invoice")).toEqual([])
    await succeed(ada.send("DELETE", `/labels/${invoice}`, {}))
    expect((await search(bo, "label:invoice")).problems).toHaveLength(1)
  })

  test("from: an agent by name, oneself, or a customer by his", async () => {
    await arrive("Fridolin Frost", "", "an allosaurus for me")
    await company.write("Gus", { text: "an allosaurus for us" })
    await succeed(company.answer(bo, "Gus", undefined, "Your allosaurus is coming."))
    expect(await texts(ada, "allosaurus from:berg")).toEqual(["Your allosaurus is coming."])
    expect(await texts(bo, "from:me allosaurus")).toEqual(["Your allosaurus is coming."])
    expect(await texts(ada, 'from:"fridolin frost" allosaurus')).toEqual(["an allosaurus for me"])
    expect(await texts(ada, "from:fridolin")).toEqual(["an allosaurus for me"])
    expect(await texts(ada, "from:nobody allosaurus")).toEqual([])
  })

  test("team:, channel:, is:, has: narrow what the words find", async () => {
    await company.write("Ira", { at: sourceId, text: "triceratops at sea" })
    await company.write("Jo", { text: "triceratops on land" })
    await company.close(bo, "Jo")
    const { rows } = await sql<{ name: string }>`select name from teams where id = ${teamId}`.execute(
      parley.database.db,
    )
    expect(await texts(bo, `triceratops team:"${rows[0]?.name}"`)).toEqual(["triceratops at sea"])
    expect(await texts(bo, "triceratops is:closed")).toEqual(["triceratops on land"])
    expect(await texts(bo, "triceratops is:open")).toEqual(["triceratops at sea"])
    expect(await texts(bo, "triceratops channel:chat")).toHaveLength(2)
    expect(await texts(bo, "triceratops channel:sms")).toEqual([])
    expect(await texts(bo, "triceratops has:file")).toEqual([])
  })

  test("has:file finds what came with one", async () => {
    const file = { id: newId(), name: "a.png", type: "image/png", remote: "https://media.example/a.png" }
    await receive(company.sync, [
      {
        workspaceId: company.workspaceId,
        sourceId: company.sourceId,
        channel: "web-chat",
        teamId: company.everyoneId,
        addressValue: randomBytes(8).toString("hex"),
        addressDisplay: "",
        profile: {},
        message: {
          id: newId(),
          providerId: null,
          text: "diplodocus picture",
          claimedAt: null,
          files: [file],
        },
      },
    ])
    expect(await texts(bo, "has:file diplodocus")).toEqual(["diplodocus picture"])
  })

  test("before: and after: are days where one is; what is no date is said to be none", async () => {
    await company.write("Kim", { text: "iguanodon of the second of March" })
    expect(await texts(bo, "iguanodon after:2026-03-02 before:2026-03-03")).toHaveLength(1)
    expect(await texts(bo, "iguanodon before:2026-03-02")).toEqual([])
    expect(await texts(bo, "iguanodon after:2026-03-03")).toEqual([])
    // 09:00 UTC and later is the third where the clock is 15 hours ahead.
    expect((await search(bo, "iguanodon after:2026-03-03", "&zone=899")).entries).toHaveLength(1)
    expect(await search(bo, "iguanodon before:tomorrow")).toMatchObject({
      entries: [],
      problems: [{ operator: "before", value: "tomorrow", problem: "not-a-date" }],
    })
  })
})

test("who asks more often than anybody types is told to wait", async () => {
  const dee = await company.hire("Dee")
  const answers = await Promise.all(Array.from({ length: 250 }, () => dee.get("/search?q=")))
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
  expect((await bo.get("/search?q=")).status).toBe(200)
})
