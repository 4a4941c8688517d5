/**
 * What the replica does not hold whole is asked for in pages: timelines, lists of closed conversations, one
 * conversation that a link names. A page obeys the same rule as frames: a row replaces only one read earlier.
 */
import type { ConversationRow } from "../../protocol/rows.ts"
import { page, type Page } from "../../protocol/stream.ts"
import { applyRows, repaint, touchTimeline } from "./apply.ts"
import { ask, OFFLINE, RefusalError, refusalOf, type Server } from "./ask.ts"
import { fillList, isAtEnd, pagedOrder, type List } from "./list.ts"
import { drop, shownRows, type Memory } from "./memory.ts"
import { applyPage, createTimeline, type Part, type Timeline, type Which } from "./timeline.ts"

const TIMELINE_PAGE = 50
const LONGEST_PAGE = 200
const CLOSED_PAGE = 50
const MOST_TRIES = 5
/** Milliseconds before a page that was read too early is asked for again. */
const PAUSE = 300
/** Milliseconds in which a list whose page did not come asks for no other: who shows it would at once. */
const PAUSE_AFTER_FAILURE = 2_000
/** Milliseconds before a server that could not say is asked again. */
const PAUSE_UNTIL_SAID = 3_000

/** Under which a timeline is kept: the live one of a conversation, one around an entry that a link named, or a thread's. */
export function timelineKey(conversationId: string, { around, thread }: Part = {}): string {
  if (thread !== undefined) return `${conversationId}#${thread}`
  return around === undefined ? conversationId : `${conversationId}@${around}`
}

export function getTimeline(memory: Memory, conversationId: string, part?: Part): Timeline {
  const key = timelineKey(conversationId, part)
  const found = memory.timelines.get(key) ?? createTimeline(conversationId, part)
  memory.timelines.set(key, found)
  return found
}

/** Loads what a timeline needs to be shown as it is now; nothing when it is there already. */
export async function openTimeline(
  memory: Memory,
  server: Server,
  conversationId: string,
  part?: Part,
): Promise<void> {
  const timeline = getTimeline(memory, conversationId, part)
  timeline.openedAt = Date.now()
  if (timeline.isLoaded && !timeline.isStale) return
  await loadTimeline(memory, server, timeline, firstPage(timeline))
}

function firstPage(timeline: Timeline): Which {
  return timeline.around === undefined ? "latest" : "around"
}

export async function loadTimeline(
  memory: Memory,
  server: Server,
  timeline: Timeline,
  asked: Which,
): Promise<void> {
  if (timeline.flight) return
  // More of what has gaps would hide them.
  const which = timeline.isStale ? firstPage(timeline) : asked
  const query = queryOf(timeline, which)
  if (query === undefined) return
  const { conversationId } = timeline
  timeline.flight = which
  memory.watchers.mark(`timeline:${conversationId}`)
  memory.watchers.tell()
  const { generation } = memory
  const known = memory.kept.conversation.get(conversationId)
  try {
    const isTaken = await askPage(
      memory,
      server,
      `/conversations/${conversationId}/entries?${query}`,
      (found) => {
        timeline.flight = undefined
        // A snapshot came in between: what was asked for before it says nothing any more.
        if (generation !== memory.generation) return false
        applyPage(timeline, which, found)
        return true
      },
    )
    if (!isTaken) await loadTimeline(memory, server, timeline, firstPage(timeline))
  } catch (error) {
    timeline.flight = undefined
    timeline.held = []
    // What was held may be missing now; the next page must not build on it.
    timeline.isStale ||= timeline.isLoaded && which !== "older"
    timeline.error = error instanceof RefusalError ? error.body : OFFLINE
    if (!(error instanceof RefusalError)) throw error
    if (error.body.refusal !== "not-found" || timeline.thread !== undefined) return
    // What a link named is not in it (any more); whether he may see the conversation says its latest page.
    if (which === "around") {
      timeline.around = undefined
      return await loadTimeline(memory, server, timeline, "latest")
    }
    forget(memory, conversationId, known)
  } finally {
    touchTimeline(memory, conversationId)
    repaint(memory)
  }
}

function queryOf(timeline: Timeline, which: Which): URLSearchParams | undefined {
  const query = stretchOf(timeline, which)
  if (timeline.thread !== undefined) query?.set("thread", timeline.thread)
  return query
}

function stretchOf(timeline: Timeline, which: Which): URLSearchParams | undefined {
  if (which === "latest")
    return new URLSearchParams({
      limit: String(Math.min(LONGEST_PAGE, Math.max(TIMELINE_PAGE, timeline.entries.length))),
    })
  const { around } = timeline
  if (which === "around")
    return around === undefined ? undefined : new URLSearchParams({ limit: String(TIMELINE_PAGE), around })
  const end = which === "older" ? timeline.entries[0] : timeline.entries.at(-1)
  const more = which === "older" ? timeline.hasOlder : timeline.hasNewer
  if (end === undefined || !more) return undefined
  return new URLSearchParams({
    limit: String(TIMELINE_PAGE),
    [which === "older" ? "before" : "after"]: end.at,
  })
}

/**
 * He may not see it, or there is no such thing: the two look the same, and nothing of it stays. Unless it has come since
 * it was asked for, when `known` was what is known of it.
 */
function forget(memory: Memory, conversationId: string, known: ConversationRow | undefined): void {
  const row = memory.kept.conversation.get(conversationId)
  if (row && row !== known) return
  drop(memory, "conversation", conversationId, Number.POSITIVE_INFINITY)
  memory.absent.add(conversationId)
  memory.mergedInto.delete(conversationId)
  memory.watchers.mark(`conversation:${conversationId}`)
  for (const timeline of memory.timelines.values()) {
    if (timeline.conversationId !== conversationId) continue
    timeline.entries = []
    timeline.asOf.clear()
    timeline.isLoaded = false
  }
}

/**
 * A page read at or past the cursor: one from a server that lags behind the stream would miss what frames already
 * told. While any page is under way removals are remembered, so `take` has to apply it before the next turn.
 */
async function askPage<T>(memory: Memory, server: Server, path: string, take: (page: Page) => T): Promise<T> {
  const { cursor = 0, epoch } = memory
  memory.pagesUnderWay += 1
  try {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const found = await ask(server, { method: "GET", path, answer: page })
      if (found.asOf >= cursor || epoch !== memory.epoch) return take(found)
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
    throw new RefusalError(OFFLINE)
  } finally {
    memory.pagesUnderWay -= 1
    if (memory.pagesUnderWay === 0) memory.graves.clear()
  }
}

/**
 * Asks for one conversation; that there is none, or none for him, is remembered until it comes, and so is the one that it
 * was merged into. Answers whether the server has said.
 */
export async function loadConversation(memory: Memory, server: Server, id: string): Promise<boolean> {
  const known = memory.kept.conversation.get(id)
  try {
    await askPage(memory, server, `/conversations/${id}`, (found) => {
      applyRows(memory, found)
      const [row] = found.rows
      if (row === undefined || row.id === id) return
      forget(memory, id, known)
      if (memory.absent.has(id)) memory.mergedInto.set(id, row.id)
    })
    return true
  } catch (error) {
    const isNone = saysNone(error)
    if (isNone) forget(memory, id, known)
    return isNone
  } finally {
    repaint(memory)
  }
}

function saysNone(error: unknown): boolean {
  const { refusal } = refusalOf(error)
  return refusal === "not-found" || refusal === "invalid-input"
}

/**
 * Asks for what is noted about a conversation's customer; it comes live from then on. Answers whether the server has
 * said.
 */
export async function loadCustomer(memory: Memory, server: Server, id: string): Promise<boolean> {
  try {
    await askPage(memory, server, `/conversations/${id}/customer`, (found) => applyRows(memory, found))
    return true
  } catch (error) {
    // Offline there is what is on disk; who may not see it is told so by the conversation.
    return saysNone(error)
  } finally {
    repaint(memory)
  }
}

/** Goes on asking, once `isOpen`, until the server has said or what is returned is called. */
export function askUntilSaid(isOpen: Promise<void>, askOnce: () => Promise<boolean>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLeft = false
  async function goOn(): Promise<void> {
    if (isLeft || (await askOnce()) || isLeft) return
    timer = setTimeout(() => void goOn(), PAUSE_UNTIL_SAID)
  }
  void isOpen.then(goOn)
  return () => {
    isLeft = true
    clearTimeout(timer)
  }
}

/** Goes a page further down a list of closed conversations. */
export async function loadClosed(memory: Memory, server: Server, key: string): Promise<void> {
  const list = memory.lists.get(key)
  if (list === undefined || list.isLoading || isAtEnd(list)) return
  list.isLoading = true
  list.isFailed = false
  tellList(memory, key)
  try {
    await loadClosedPage(memory, server, list)
  } catch (error) {
    list.isFailed = true
    if (!(error instanceof RefusalError)) throw error
    await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE))
  } finally {
    list.isLoading = false
    tellList(memory, key)
  }
}

async function loadClosedPage(memory: Memory, server: Server, list: List): Promise<void> {
  const { inbox, preference, edge: from } = list
  const query = new URLSearchParams({
    inbox,
    closed: "true",
    order: pagedOrder(list),
    limit: String(CLOSED_PAGE),
  })
  for (const teamId of preference.teamIds ?? []) query.append("teamIds", teamId)
  for (const channel of preference.channels ?? []) query.append("channels", channel)
  if (typeof from === "object") {
    query.set("beforeAt", from.at)
    query.set("beforeId", from.id)
  }
  const { generation } = memory
  await askPage(memory, server, `/conversations?${query}`, (found) => {
    applyRows(memory, found)
    const last = found.rows.findLast((row) => row.kind === "conversation")
    if (generation === memory.generation)
      list.edge = found.hasMore && last ? { at: last.updatedAt, id: last.id } : "all"
  })
  // The list begins anew: nobody else asks for its first page while one is under way.
  if (generation !== memory.generation) return loadClosedPage(memory, server, list)
  if (memory.reader) fillList(list, shownRows(memory), memory.reader)
  repaint(memory)
}

function tellList(memory: Memory, key: string): void {
  memory.watchers.mark(`list:${key}`)
  memory.watchers.tell()
}
