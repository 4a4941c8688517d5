/** The words that search keeps follow the change log; what they have not followed yet is found all the same. */
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { SearchAnswer } from "../../protocol/search.ts"
import { MOST_WORDS } from "../../protocol/words.ts"
import { newId } from "../../server/db/db.ts"
import { createWordFeeder } from "../../server/search/search.ts"
import { write } from "../../server/sync/sync.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { ask } from "./searching.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let bo: Colleague

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  bo = await company.hire("Bo")
})
afterAll(() => parley.stop())

/** As another process would. */
const feed = () => createWordFeeder(parley.sync).feed()

async function askTwice(q: string): Promise<SearchAnswer> {
  const before = await ask(bo, q)
  await feed()
  expect(await ask(bo, q), `${q}, its words kept`).toEqual(before)
  return before
}

async function texts(q: string): Promise<string[]> {
  const { entries } = await askTwice(q)
  return entries.map(({ snippet }) => snippet.map(({ text }) => text).join(""))
}

const kept = async (q: string) => {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from entry_words w join entries e on e.id = w.entry_id
     where e.text like ${`%${q}%`}`.execute(company.database.db)
  return rows[0]?.count
}

test("what was written before the log began is gone through, and until then search says that it is not all", async () => {
  const { db } = parley.database
  const { workspaceId } = company
  await company.write("Old", { text: "archaeopteryx of old" })
  await sql`delete from entry_words where workspace_id = ${workspaceId}`.execute(db)
  await sql`delete from search_places where workspace_id = ${workspaceId}`.execute(db)
  await sql`delete from changes where workspace_id = ${workspaceId}`.execute(db)
  await sql`update counters set oldest = number where workspace_id = ${workspaceId}`.execute(db)
  await company.write("New", { text: "archaeopteryx of today" })
  expect(await ask(bo, "archaeopteryx of")).toMatchObject({ entries: [{}], isComplete: false })
  await feed()
  const after = await askTwice("archaeopteryx of")
  expect(after.isComplete).toBe(true)
  expect(after.entries).toHaveLength(2)
})

test("where they are far behind, the latest is found all the same, and search says that it is not all", async () => {
  const { db } = parley.database
  const { workspaceId } = company
  await feed()
  await company.write("Far", { text: "plesiosaur first" })
  await sql`
    with counter as (update counters set number = number + 3000 where workspace_id = ${workspaceId} returning number)
    insert into changes (workspace_id, number, audience, kind, entity_id, at)
    select ${workspaceId}, counter.number - 3000 + n, '{}', 'conversation', ${newId()}::uuid, now()
      from counter cross join generate_series(1, 3000) n`.execute(db)
  await company.write("Far", { text: "plesiosaur second" })
  const { entries, isComplete } = await ask(bo, "plesiosaur")
  expect(entries.map(({ snippet }) => snippet.at(-1)?.text)).toEqual([" second"])
  expect(isComplete).toBe(false)
  await feed()
  expect(await askTwice("plesiosaur")).toMatchObject({ entries: [{}, {}], isComplete: true })
})

test("whoever dies while he keeps them has kept none, and the next one does it", async () => {
  const { db } = parley.database
  await feed()
  await company.write("Dying", { text: "megalodon" })
  await sql`alter table search_places add constraint dies check (number < 0) not valid`.execute(db)
  await feed()
  expect(await kept("megalodon")).toBe(0)
  expect((await ask(bo, "megalodon")).entries).toHaveLength(1)
  await sql`alter table search_places drop constraint dies`.execute(db)
  expect((await askTwice("megalodon")).entries).toHaveLength(1)
  expect(await kept("megalodon")).toBe(1)
})

test("by two at once while messages come, each is kept once and none is missed", async () => {
  const wrote = async (from: number) => {
    for (let count = from; count < from + 20; count++) {
      await company.write(`W${count}`, { text: `ankylosaur ${count}` })
      if (count % 5 === 0) await Promise.all([feed(), feed()])
    }
  }
  await Promise.all([wrote(0), wrote(100), feed()])
  expect(await kept("ankylosaur")).toBeLessThanOrEqual(40)
  await askTwice("ankylosaur")
  expect(await kept("ankylosaur")).toBe(40)
})

test.each([false, true])(
  "what moves, changes or goes is found as it is now (its words kept: %s)",
  async (isFed) => {
    const { db } = parley.database
    const { workspaceId } = company
    const first = await company.write(`Merged ${isFed}`, { text: "compsognathus" })
    company.clock.advance(1)
    const to = await company.write(`Kept ${isFed}`)
    const { lastEntryId: entryId } = first
    if (isFed) await feed()
    const change = (statement: ReturnType<typeof sql>) =>
      write(company.sync, { workspaceId }, async ({ tx, changed }) => {
        await statement.execute(tx)
        changed("entry", entryId, [])
        return {}
      })
    await change(sql`update entries set conversation_id = ${to.conversationId} where id = ${entryId}`)
    const found = await ask(bo, "compsognathus")
    expect(found.entries.map(({ conversationId }) => conversationId)).toEqual([to.conversationId])
    if (isFed) await feed()
    await change(sql`update entries set text = 'erased' where id = ${entryId}`)
    expect((await ask(bo, "compsognathus")).entries).toEqual([])
    expect((await ask(bo, "erased")).entries.map(({ id }) => id)).toEqual([entryId])
    if (isFed) await feed()
    await change(sql`delete from entries where id = ${entryId}`)
    expect((await ask(bo, "erased")).entries).toEqual([])
    expect(
      (await db.executeQuery(sql`select 1 from entry_words where entry_id = ${entryId}`.compile(db))).rows,
    ).toEqual([])
  },
)

test("an answer that is taken back is not found any more, one that is sent at its time once", async () => {
  await company.write("Una")
  const held = async (text: string) => {
    const id = newId()
    const { assigneeId, isOpen, lastAnswer, lastAddressId: addressId } = await company.see(bo, "Una")
    const expects = { assigneeId, isOpen, lastAnswerId: lastAnswer?.id ?? null }
    await succeed(company.act(bo, "Una", "answers", { id, text, addressId, expects, isUndoable: true }))
    return id
  }
  const taken = await held("A pliosaur that I regret")
  expect(await texts("pliosaur")).toHaveLength(1)
  await succeed(company.act(bo, "Una", `entries/${taken}/unsend`, {}))
  expect(await texts("pliosaur")).toEqual([])
  await held("A pliosaur that I mean")
  await feed()
  await company.pass(10)
  expect(await texts("pliosaur")).toEqual(["A pliosaur that I mean"])
})

test("of a text made to be costly they are so many and no more", async () => {
  // Each of its signs makes another pair with the next.
  const text = String.fromCodePoint(...Array.from({ length: 9_000 }, (_, place) => 0x4e00 + place))
  await company.write("Mallory", { text: `hostile ${text}` })
  expect((await askTwice("hostile")).entries).toHaveLength(1)
  const { rows } = await sql<{ most: number }>`select max(length(words)) as most from entry_words`.execute(
    company.database.db,
  )
  expect(rows[0]?.most).toBeLessThan(MOST_WORDS + 10)
})
