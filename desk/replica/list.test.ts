import fc from "fast-check"
import { expect, test } from "vitest"
import type { ConversationRow, InboxPreference } from "../../protocol/rows.ts"
import { at, BO, conversation, idOf, ME, TEAM } from "./fakes/rows.ts"
import { createList, fillList, moveInList } from "./list.ts"

const reader = { agentId: ME, isAdmin: false, isAvailableInATeam: true, teamIds: new Set([TEAM]) }
const change = fc.record({
  number: fc.integer({ min: 0, max: 20 }),
  isGone: fc.boolean(),
  isOpen: fc.boolean(),
  assigneeId: fc.constantFrom(null, ME, BO),
  updatedAt: fc.integer({ min: 0, max: 5 }).map(at),
  waitingSince: fc.option(fc.integer({ min: 0, max: 5 }).map(at)),
})
const order = fc.constantFrom<InboxPreference["order"]>(
  "latest",
  "oldest",
  "waiting-longest",
  "waiting-shortest",
  undefined,
)

test("moving changed rows gives the list that would be made anew", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("me", "unassigned", `team:${TEAM}`),
      order,
      fc.array(fc.array(change, { maxLength: 5 })),
      (inbox, byOrder, rounds) => {
        const preference = byOrder ? { order: byOrder } : {}
        const rows = new Map<string, ConversationRow>()
        const moved = createList(inbox, preference)
        fillList(moved, [], reader)
        for (const round of rounds) {
          for (const { number, isGone, ...fields } of round) {
            if (isGone) rows.delete(idOf(number))
            else rows.set(idOf(number), conversation(number, fields))
          }
          moveInList(
            moved,
            round.map(({ number }) => idOf(number)),
            (id) => rows.get(id),
            reader,
          )
        }
        const anew = createList(inbox, preference)
        fillList(anew, rows.values(), reader)
        const shown = (list: typeof anew) =>
          list.rows.map(({ updatedAt, waitingSince }) => ({ updatedAt, waitingSince }))
        expect(shown(moved)).toEqual(shown(anew))
        expect(new Set(moved.rows)).toEqual(new Set(anew.rows))
      },
    ),
  )
})

test("a list of closed conversations shows none that older pages may stand before", () => {
  const list = createList("me", { showsClosed: true })
  const closed = [1, 2, 3].map((number) => conversation(number, { isOpen: false, assigneeId: ME }))
  fillList(list, closed, reader)
  expect(list.rows).toEqual([])
  list.edge = { at: at(2), id: idOf(2) }
  fillList(list, closed, reader)
  expect(list.rows.map((row) => row.id)).toEqual([idOf(3), idOf(2)])
  list.edge = "all"
  fillList(list, closed, reader)
  expect(list.rows).toHaveLength(3)
})

test("turned round it shows none that newer pages may stand before", () => {
  const list = createList("me", { showsClosed: true, order: "oldest" })
  const closed = [1, 2, 3].map((number) => conversation(number, { isOpen: false, assigneeId: ME }))
  list.edge = { at: at(2), id: idOf(2) }
  fillList(list, closed, reader)
  expect(list.rows.map((row) => row.id)).toEqual([idOf(1), idOf(2)])
})
