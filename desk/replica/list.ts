/**
 * One inbox's rows, filtered and in order. A change moves only the rows it touched: binary search instead of
 * sorting five thousand anew.
 */
import { compareRows, defaultOrder, lists, type Reader } from "../../protocol/inboxes.ts"
import type { ConversationRow, InboxPreference } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"

/** Closed conversations come in pages, in the list's own order: how far they are loaded. `all`: to the end. */
export type Edge = { at: string; id: string } | "all" | "nothing"

export type List = {
  readonly inbox: InboxKey
  readonly preference: InboxPreference
  rows: readonly ConversationRow[]
  /** The row objects in `rows`, by id: where a row stood before it changed. */
  readonly held: Map<string, ConversationRow>
  edge: Edge
  isLoading: boolean
  isFailed: boolean
}

export function createList(inbox: InboxKey, preference: InboxPreference): List {
  return { inbox, preference, rows: [], held: new Map(), edge: "nothing", isLoading: false, isFailed: false }
}

/** Lists of closed conversations are not in the replica whole. */
export function isPaged(list: Pick<List, "inbox" | "preference">): boolean {
  return list.inbox !== "starred" && list.preference.showsClosed === true
}

export function isAtEnd(list: List): boolean {
  return !isPaged(list) || list.edge === "all"
}

function has(list: List, row: ConversationRow, reader: Reader): boolean {
  if (!lists(list.inbox, row, reader, list.preference)) return false
  if (!isPaged(list) || list.edge === "all") return true
  if (list.edge === "nothing") return false
  const { at, id } = list.edge
  if (row.updatedAt === at) return pagedOrder(list) === "oldest" ? row.id <= id : row.id >= id
  return pagedOrder(list) === "oldest" ? row.updatedAt < at : row.updatedAt > at
}

/** Of closed conversations none waits: turned to their waiting time they stand by their latest update. */
export function pagedOrder(list: Pick<List, "preference">): "latest" | "oldest" {
  return list.preference.order === "oldest" ? "oldest" : "latest"
}

function comparing(list: List): (one: ConversationRow, other: ConversationRow) => number {
  return compareRows(list.preference.order ?? defaultOrder(list.inbox))
}

export function fillList(list: List, rows: Iterable<ConversationRow>, reader: Reader): void {
  list.held.clear()
  for (const row of rows) if (has(list, row, reader)) list.held.set(row.id, row)
  list.rows = [...list.held.values()].sort(comparing(list))
}

/** Moves, adds or takes away the touched rows. Answers whether anything the list shows is different. */
export function moveInList(
  list: List,
  touched: Iterable<string>,
  find: (id: string) => ConversationRow | undefined,
  reader: Reader,
): boolean {
  const compare = comparing(list)
  let rows: ConversationRow[] | undefined
  for (const id of touched) {
    const before = list.held.get(id)
    const found = find(id)
    const after = found && has(list, found, reader) ? found : undefined
    if (before === after) continue
    rows ??= [...list.rows]
    if (before) {
      rows.splice(placeOf(rows, before, compare), 1)
      list.held.delete(id)
    }
    if (after) {
      rows.splice(search(rows, after, compare), 0, after)
      list.held.set(id, after)
    }
  }
  if (rows) list.rows = rows
  return rows !== undefined
}

/** First place where the row could stand. */
function search(
  rows: readonly ConversationRow[],
  row: ConversationRow,
  compare: (one: ConversationRow, other: ConversationRow) => number,
): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const there = rows[middle]
    if (there && compare(there, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Where the row stands. Rows that compare as equal stand side by side in any order, so the place found may be a neighbour's. */
function placeOf(
  rows: readonly ConversationRow[],
  row: ConversationRow,
  compare: (one: ConversationRow, other: ConversationRow) => number,
): number {
  const near = search(rows, row, compare)
  return rows[near] === row ? near : rows.indexOf(row)
}
