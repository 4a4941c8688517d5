/** Whichever way a search goes (`server/search/ways.ts`), it finds what looking at every entry finds. */
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { parseSearch, type SearchAnswer } from "../../protocol/search.ts"
import { wordsOf } from "../../protocol/words.ts"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { createWordFeeder } from "../../server/search/search.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { ask } from "./searching.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
/** Sees all. */
let ada: Colleague
/** In both teams. */
let bo: Colleague
/** In Everyone alone. */
let cy: Colleague
let sourceId: string

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo Berg")
  cy = await company.hire("Cy")
  sourceId = await company.makeSource(await company.makeTeam([bo], { deliveryMode: "queue" }))
})
afterAll(() => parley.stop())

test("every way to the answer finds what is there, and all of it", { timeout: 120_000 }, async () => {
  // More than a sample, so that each of the ways is gone: frequent and rare words, in many and in few conversations.
  const { db } = parley.database
  const [named] = await receive(company.sync, [
    {
      workspaceId: company.workspaceId,
      sourceId: company.sourceId,
      channel: "web-chat",
      teamId: company.everyoneId,
      addressValue: "fridolin",
      addressDisplay: "",
      profile: { name: "Fridolin Frost" },
      message: { id: newId(), providerId: null, text: "an allosaurus", claimedAt: null, files: [] },
    },
  ])
  const { conversationId: theirs } = await company.write("Many", { at: sourceId, text: "hadrosaur rarity" })
  const { conversationId: ours } = await company.write("More", { text: "hadrosaur rarity" })
  await sql`
    insert into entries (workspace_id, id, conversation_id, at, type, agent_id, text)
    select ${company.workspaceId}, gen_random_uuid(), case when n % 100 = 7 then ${ours}::uuid else ${theirs}::uuid end,
           ${parley.clock.now()}::timestamptz + n * interval '1 ms', 'note', case when n % 3 = 0 then ${bo.agentId}::uuid else ${ada.agentId}::uuid end,
           'hadrosaur ' || case when n % 50 = 0 then 'halfrare ' else '' end || case when n % 900 = 7 then 'veryrare ' else '' end
           || case when n % 10 = 0 or n = 107 then 'oddly ' else '' end || case when n < 1500 then 'early' else 'late' end
      from generate_series(1, 9000) n`.execute(db)
  await fillIn()
  const label = newId()
  await succeed(ada.send("POST", "/labels", { id: label, name: "fossil", color: "grey" }))
  const labelled: string[] = []
  for (const name of ["Many", "More"]) {
    const { lastEntryId = "" } = company.customers.get(name) ?? {}
    labelled.push(lastEntryId)
    await succeed(company.act(bo, name, `entries/${lastEntryId}/labels/${label}`, { isOn: true }))
  }
  const asked = [
    "hadrosaur early",
    "veryrare",
    "oddly",
    "halfrare",
    "h halfrare early",
    "hadrosaur rarity",
    "early from:bo",
    "is:open veryrare",
    // Of its team's conversations there are few.
    "team:everyone hadrosaur rarity",
    "team:everyone veryrare",
    "team:everyone early",
    "team:everyone oddly",
    "team:everyone is:closed early",
  ]
  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await sql`analyze entry_words, conversations`.execute(db)
    for (const agent of [ada, bo, cy])
      for (const q of asked) {
        const [found, there] = [await idsOf(agent, q), await bruteForce(agent, q, { theirs, ours })]
        expect(found, `${agent.name}: ${q}`).toEqual(there.slice(0, found.length))
        expect(found.length, `${agent.name}: ${q}`).toBe(Math.min(there.length, 75))
      }
    expect(await idsOf(bo, "label:fossil hadrosaur")).toEqual(labelled.toReversed())
    expect(await idsOf(cy, "label:fossil")).toEqual(labelled.slice(1))
    expect(await idsOf(cy, "from:fridolin")).toEqual([named?.entryId])
  }
})

/** What was put into the table by hand stands in no log. */
async function fillIn(): Promise<void> {
  const { db } = parley.database
  await sql`delete from search_places`.execute(db)
  await sql`update counters set oldest = number`.execute(db)
  await createWordFeeder(parley.sync).feed()
}

/** Of three pages. */
async function idsOf(agent: Colleague, q: string): Promise<string[]> {
  const found: string[] = []
  let cursor: string | null = ""
  for (let page = 0; page < 3 && cursor !== null; page++) {
    const answer: SearchAnswer = await ask(
      agent,
      q,
      cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`,
    )
    found.push(...answer.entries.map(({ id }) => id))
    cursor = answer.cursor
  }
  return found
}

/** Every entry looked at. */
async function bruteForce(
  agent: Colleague,
  q: string,
  o: { theirs: string; ours: string },
): Promise<string[]> {
  const { words, from, teams, isOpen } = parseSearch(q)
  const { rows } = await sql<{ id: string; text: string; agentId: string | null }>`
    select id, text, agent_id as "agentId" from entries
     where conversation_id = any(${agent === cy || teams.length > 0 ? [o.ours] : [o.theirs, o.ours]}::uuid[])
       and type <> 'event' and ${isOpen !== false}
     order by at desc, conversation_id desc`.execute(parley.database.db)
  return rows
    .filter(({ agentId }) => from.length === 0 || agentId === bo.agentId)
    .filter(({ text }) => words.every((word) => wordsOf(text).some((each) => each.startsWith(word.text))))
    .map(({ id }) => id)
}
