import { expect, test } from "vitest"
import { findElsewhere, isNothing, NO_DRAFT, syncedDraft, typedDraft, withElsewhere } from "./draft.ts"

const row = (text: string, writeId: string, isNote = false) =>
  ({ kind: "draft", id: "c", text, isNote, writeId }) as const
const known = { cursor: 10, isComplete: true }
const typed = (text: string, before = NO_DRAFT) => typedDraft(before, { text, isNote: false, files: [] })

test("its own write coming back is nobody else's, neither before nor after its answer", () => {
  const sending = syncedDraft(typed("Hal"), { base: null, sent: "w1" })
  expect(findElsewhere(sending, row("Hal", "w1"), known)).toBeUndefined()
  const more = typed("Half", sending)
  expect(findElsewhere(more, row("Hal", "w1"), known)).toBeUndefined()
  const has = { text: "Hal", isNote: false }
  const done = syncedDraft(more, { base: "w1", sent: null, asOf: 12, has })
  expect(done.isUnsynced).toBe(true)
  // The stream is not there yet: that there is no draft on the server does not mean it is gone.
  const quiet = syncedDraft(typed("Hal"), { base: "w1", sent: null, asOf: 12, has })
  expect(quiet.isUnsynced).toBe(false)
  expect(findElsewhere(quiet, undefined, known)).toBeUndefined()
  expect(findElsewhere(quiet, undefined, { ...known, cursor: 12 })).toEqual({ kind: "gone" })
  expect(findElsewhere(quiet, undefined, { cursor: 12, isComplete: false })).toBeUndefined()
})

test("another device's text replaces what is the same here as on the server, and joins what is not", () => {
  const other = row("from the phone", "w2")
  const quiet = { text: "Half", isNote: false, files: [], base: "w1", isUnsynced: false }
  const changed = findElsewhere(quiet, other, known)
  expect(changed).toMatchObject({ kind: "changed", isUnsynced: false })
  expect(changed && withElsewhere(quiet, changed)).toMatchObject({ text: "from the phone", base: "w2" })
  const busy = typed("Half a", quiet)
  const offered = findElsewhere(busy, other, known)
  expect(offered).toMatchObject({ kind: "changed", isUnsynced: true })
  const joined = offered && withElsewhere(busy, offered)
  expect(joined).toMatchObject({ text: "Half a\n\nfrom the phone", base: "w2", isUnsynced: true })
  expect(findElsewhere(joined, other, known)).toBeUndefined()
})

test("what was typed here since stays when the other device sent or emptied its own", () => {
  const busy = typed("Half a", { text: "Half", isNote: false, files: [], base: "w1" })
  expect(findElsewhere(busy, undefined, known)).toBeUndefined()
})

test("an emptied draft is kept until the server knows it, and no longer", () => {
  const emptied = typed("", { text: "Half", isNote: false, files: [], base: "w1" })
  expect(isNothing(emptied)).toBe(false)
  const has = { text: "", isNote: false }
  expect(isNothing(syncedDraft(emptied, { base: null, sent: null, asOf: 11, has }))).toBe(true)
})
