import { PRESENCE_LIFE, type FromDesk } from "../../protocol/stream.ts"
import { newId, snapshot } from "../db/db.ts"
import type { Change } from "./change.ts"
import type { Sync } from "./open.ts"
import type { Session } from "./session.ts"
import { parseStatements, payloads, type Statement } from "./statement.ts"
import { hear, shownTo, typistOf, type Windows } from "./windows.ts"

/** What happens within this time is told at once, in milliseconds. */
const GATHER_FOR = 100
const SWEEP_EVERY = 1_000
const BELL = "parley_presence"
const WHO_IS_THERE = "parley_who_is_there"

/** Messages written without letting anybody else have a turn. */
const SLICE = 1_000
const NOBODY: readonly never[] = []

/** `changed`: nothing was said, but somebody may see the conversation now who did not. */
type Why = "said" | "changed"
type Known = {
  workspaceId: string
  windows: Windows
  /** The keys of those who have been told. */
  audience: readonly string[]
}
type View = { window: string; conversationIds: ReadonlySet<string>; asked: number }
type Watcher = { onTyping(agentId: string | undefined): void }

export type Presence = {
  newWindow(): string
  view(session: Session, message: Extract<FromDesk, { kind: "viewing" }>): void
  leave(session: Session): void
  /** Tells a session that has just joined all that is known. */
  greet(session: Session): void
  /** Conversations changed: somebody may see them now who did not. */
  refresh(workspaceId: string, changes: readonly Change[]): void
  say(said: Statement): void
  watchTyping(conversationId: string, watcher: Watcher): void
  stopWatching(conversationId: string, watcher: Watcher): void
  stop(): Promise<void>
}

/**
 * Who has a conversation open, who is typing, where the visitor is: kept in memory only, told to other
 * processes as it happens, gone after fifteen seconds without a renewal. Nothing of it is ever written.
 */
export function createPresence(getSync: () => Sync): Presence {
  // Windows are named after their process, so that it knows its own words when it hears them back.
  const processName = newId()
  // Conversation id → what each window said last. Ids are unique across workspaces.
  const known = new Map<string, Known>()
  const views = new Map<Session, View>()
  const watchers = new Map<string, readonly Watcher[]>()
  const dirty = new Map<string, Map<string, Why>>()
  const outgoing = new Map<string, Statement>()
  let ears: Promise<(() => Promise<void>)[]> | undefined
  let flushTimer: NodeJS.Timeout | undefined
  let sweepTimer: NodeJS.Timeout | undefined
  let telling: Promise<void> = Promise.resolve()
  let lastWindow = 0

  function begin(): void {
    const { log } = getSync()
    sweepTimer ??= setInterval(sweep, SWEEP_EVERY)
    sweepTimer.unref()
    if (ears !== undefined) return
    ears = listen()
    ears.catch((error: unknown) => log.warn({ err: error }, "presence elsewhere is not heard"))
  }

  /** Asks by the way who is there already, once the answers can be heard. */
  async function listen(): Promise<(() => Promise<void>)[]> {
    const { database } = getSync()
    const deaf = [
      await database.listen(BELL, (payload) => {
        for (const heard of parseStatements(payload)) if (!heard.window.startsWith(processName)) take(heard)
      }),
      await database.listen(WHO_IS_THERE, (asker) => {
        if (asker !== processName) repeat()
      }),
    ]
    database.notify(WHO_IS_THERE, processName)
    return deaf
  }

  /** Says again what was said last in the windows of this process. */
  function repeat(): void {
    for (const [conversationId, { workspaceId, windows }] of known)
      for (const { window, is } of windows)
        if (window.startsWith(processName))
          outgoing.set(`${conversationId} ${window}`, { workspaceId, conversationId, window, is })
    if (outgoing.size > 0) flushSoon()
  }

  function say(said: Statement): void {
    begin()
    take(said)
    outgoing.set(`${said.conversationId} ${said.window}`, said)
  }

  function take(said: Statement): void {
    const { workspaceId, conversationId } = said
    const entry: Known = known.get(conversationId) ?? { workspaceId, windows: NOBODY, audience: NOBODY }
    const until = getSync().clock.now().getTime() + PRESENCE_LIFE
    const { windows, isNews } = hear(entry.windows, said, until)
    entry.windows = windows
    if (windows.length > 0) known.set(conversationId, entry)
    else known.delete(conversationId)
    if (isNews) soil(workspaceId, conversationId, "said")
    else flushSoon()
  }

  function soil(workspaceId: string, conversationId: string, why: Why): void {
    const reasons = dirty.get(workspaceId) ?? new Map<string, Why>()
    const isSaid = why === "said" || reasons.get(conversationId) === "said"
    dirty.set(workspaceId, reasons.set(conversationId, isSaid ? "said" : "changed"))
    flushSoon()
  }

  function flushSoon(): void {
    flushTimer ??= setTimeout(() => {
      flushTimer = undefined
      flush()
    }, GATHER_FOR)
  }

  function flush(): void {
    const { database, log } = getSync()
    for (const payload of payloads([...outgoing.values()])) database.notify(BELL, payload)
    outgoing.clear()
    const changed = [...dirty]
    dirty.clear()
    for (const [workspaceId, reasons] of changed) {
      for (const id of reasons.keys())
        for (const watcher of watchers.get(id) ?? []) watcher.onTyping(typistOf(windowsOf(id)))
      telling = telling
        .then(() => tellAll(workspaceId, reasons))
        .catch((error: unknown) => log.error({ err: error, workspaceId }, "presence was not told"))
    }
  }

  async function tellAll(workspaceId: string, reasons: ReadonlyMap<string, Why>): Promise<void> {
    const sessions = [...getSync().streams.sessionsOf(workspaceId)]
    const told = new Map<string, readonly string[]>()
    for (const [id, why] of reasons) if (why === "changed") told.set(id, known.get(id)?.audience ?? NOBODY)
    const keys = await tell(workspaceId, { ids: [...reasons.keys()], sessions, told })
    for (const [id, audience] of keys) {
      const entry = known.get(id)
      if (entry !== undefined) entry.audience = audience
    }
  }

  /** Only to those who may see the conversation now; who is among `told` knows. */
  async function tell(
    workspaceId: string,
    o: { ids: string[]; sessions: Session[]; told?: ReadonlyMap<string, readonly string[]> },
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const { ids, told } = o
    const live = o.sessions.filter((session) => session.isLive)
    if (live.length === 0 || ids.length === 0) return new Map()
    const { db, sources } = getSync()
    const keys = await snapshot(db, (tx) => sources.keysOfConversations(tx, workspaceId, ids))
    let written = 0
    for (const id of ids) {
      const before = told?.get(id)
      for (const session of live)
        if (isAmong(session, keys.get(id)) && !isAmong(session, before)) {
          session.say(shownTo(session.agentId, id, windowsOf(id)))
          written += 1
        }
      // A thousand visitors who come back at once must not hold up everybody else.
      if (written < SLICE) continue
      written = 0
      await new Promise((resolve) => setImmediate(resolve))
    }
    return keys
  }

  function isAmong(session: Session, keys: readonly string[] = []): boolean {
    return keys.some((key) => session.reader.keys.has(key))
  }

  function windowsOf(conversationId: string): Windows {
    return known.get(conversationId)?.windows ?? NOBODY
  }

  function sweep(): void {
    const now = getSync().clock.now().getTime()
    for (const [conversationId, entry] of known) {
      if (entry.windows.every(({ until }) => until > now)) continue
      entry.windows = entry.windows.filter(({ until }) => until > now)
      soil(entry.workspaceId, conversationId, "said")
      if (entry.windows.length === 0) known.delete(conversationId)
    }
  }

  function newWindow(): string {
    lastWindow += 1
    return `${processName}/${lastWindow}`
  }

  function viewOf(session: Session): View {
    const view = views.get(session) ?? { window: newWindow(), conversationIds: new Set(), asked: 0 }
    views.set(session, view)
    return view
  }

  /** Leaves what the session shows no longer. */
  function keepOnly(session: Session, view: View, conversationIds: ReadonlySet<string>): void {
    const { workspaceId } = session
    for (const conversationId of view.conversationIds)
      if (!conversationIds.has(conversationId))
        say({ workspaceId, conversationId, window: view.window, is: null })
    view.conversationIds = new Set([...view.conversationIds].filter((id) => conversationIds.has(id)))
  }

  return {
    newWindow,
    say,
    view(session, { conversations }) {
      const { workspaceId, agentId } = session
      const view = viewOf(session)
      view.asked += 1
      const { asked, window } = view
      const ids = conversations.map(({ conversationId }) => conversationId)
      keepOnly(session, view, new Set(ids))
      if (ids.length === 0) return
      const { db, sources, log } = getSync()
      snapshot(db, (tx) => sources.keysOfConversations(tx, workspaceId, ids))
        .then((keys) => {
          // What was said since then counts.
          if (!session.isLive || view.asked !== asked) return
          const seen = conversations.filter(({ conversationId }) =>
            keys.get(conversationId)?.some((key) => session.reader.keys.has(key)),
          )
          const seenIds = new Set(seen.map(({ conversationId }) => conversationId))
          keepOnly(session, view, seenIds)
          view.conversationIds = seenIds
          for (const { conversationId, isTyping, inNote } of seen)
            say({ workspaceId, conversationId, window, is: { kind: "agent", agentId, isTyping, inNote } })
        })
        .catch((error: unknown) => log.error({ err: error, workspaceId }, "a viewer was not noted"))
    },
    leave(session) {
      const view = views.get(session)
      if (view === undefined) return
      keepOnly(session, view, new Set())
      views.delete(session)
    },
    greet(session) {
      begin()
      const ids = [...known].flatMap(([id, { workspaceId }]) =>
        workspaceId === session.workspaceId ? [id] : [],
      )
      tell(session.workspaceId, { ids, sessions: [session] }).catch((error: unknown) =>
        getSync().log.error({ err: error, workspaceId: session.workspaceId }, "presence was not told"),
      )
    },
    refresh(workspaceId, changes) {
      for (const { entityId } of changes) if (known.has(entityId)) soil(workspaceId, entityId, "changed")
    },
    watchTyping(conversationId, watcher) {
      begin()
      watchers.set(conversationId, [...(watchers.get(conversationId) ?? []), watcher])
      const typist = typistOf(windowsOf(conversationId))
      if (typist !== undefined) watcher.onTyping(typist)
    },
    stopWatching(conversationId, watcher) {
      const others = watchers.get(conversationId)?.filter((each) => each !== watcher) ?? []
      if (others.length > 0) watchers.set(conversationId, others)
      else watchers.delete(conversationId)
    },
    async stop() {
      clearInterval(sweepTimer)
      clearTimeout(flushTimer)
      flush()
      const deaf = await ears?.catch(() => [])
      for (const stop of deaf ?? []) await stop()
      await telling
    },
  }
}
