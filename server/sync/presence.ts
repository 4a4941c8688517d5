import { PRESENCE_LIFE, type FromDesk, type Presence as Shown } from "../../protocol/stream.ts"
import { newId, snapshot } from "../db/db.ts"
import type { Change } from "./change.ts"
import type { Sync } from "./open.ts"
import type { Session } from "./session.ts"
import { isSame, parseStatements, payloads, type Statement } from "./statement.ts"

/** What happens within this time is told at once, in milliseconds. */
const GATHER_FOR = 100
const SWEEP_EVERY = 1_000
const BELL = "parley_presence"
const WHO_IS_THERE = "parley_who_is_there"

type View = { window: string; conversationIds: ReadonlySet<string>; asked: number }
type Said = NonNullable<Statement["is"]> & { until: number }

export type Presence = {
  newWindow(): string
  view(session: Session, message: Extract<FromDesk, { kind: "viewing" }>): void
  leave(session: Session): void
  /** Tells a session that has just joined all that is known. */
  greet(session: Session): void
  /** Conversations changed: somebody may see them now who did not. */
  refresh(workspaceId: string, changes: readonly Change[]): void
  say(said: Statement): void
  watchTyping(conversationId: string, watcher: (agentId: string | undefined) => void): () => void
  stop(): Promise<void>
}

/**
 * Who has a conversation open, who is typing, where the visitor is: kept in memory only, told to other
 * processes as it happens, gone after fifteen seconds without a renewal. Nothing of it is ever written.
 */
export function createPresence(getSync: () => Sync): Presence {
  // Windows are named after their process, so that it knows its own words when it hears them back.
  const processName = newId()
  // Conversation id → window → what it said last. Ids are unique across workspaces.
  const known = new Map<string, { workspaceId: string; windows: Map<string, Said> }>()
  const views = new Map<Session, View>()
  const watchers = new Map<string, Set<(agentId: string | undefined) => void>>()
  const dirty = new Map<string, Set<string>>()
  const outgoing = new Map<string, Statement>()
  let ears: Promise<(() => Promise<void>)[]> | undefined
  let flushTimer: NodeJS.Timeout | undefined
  let sweepTimer: NodeJS.Timeout | undefined
  let telling: Promise<void> = Promise.resolve()

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
      for (const [window, { until: _, ...is }] of windows)
        if (window.startsWith(processName))
          outgoing.set(`${conversationId} ${window}`, { workspaceId, conversationId, window, is })
    if (outgoing.size > 0) flushSoon()
  }

  function say(said: Statement): void {
    begin()
    take(said)
    outgoing.set(`${said.conversationId} ${said.window}`, said)
  }

  function take({ workspaceId, conversationId, window, is }: Statement): void {
    const entry = known.get(conversationId) ?? { workspaceId, windows: new Map<string, Said>() }
    const before = entry.windows.get(window)
    if (is === null) entry.windows.delete(window)
    else entry.windows.set(window, { ...is, until: getSync().clock.now().getTime() + PRESENCE_LIFE })
    if (entry.windows.size > 0) known.set(conversationId, entry)
    else known.delete(conversationId)
    if (!isSame(before, is)) soil(workspaceId, conversationId)
    else flushSoon()
  }

  function soil(workspaceId: string, conversationId: string): void {
    const ids = dirty.get(workspaceId) ?? new Set()
    dirty.set(workspaceId, ids.add(conversationId))
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
    for (const [workspaceId, ids] of changed) {
      for (const id of ids) for (const watcher of watchers.get(id) ?? []) watcher(typistOf(id))
      telling = telling
        .then(() => tell(workspaceId, [...ids], [...getSync().streams.sessionsOf(workspaceId)]))
        .catch((error: unknown) => log.error({ err: error, workspaceId }, "presence was not told"))
    }
  }

  /** Only to those who may see the conversation now. */
  async function tell(workspaceId: string, ids: string[], sessions: Session[]): Promise<void> {
    const live = sessions.filter((session) => session.isLive)
    if (live.length === 0 || ids.length === 0) return
    const { db, sources } = getSync()
    const keys = await snapshot(db, (tx) => sources.keysOfConversations(tx, workspaceId, ids))
    for (const id of ids) {
      const audience = keys.get(id) ?? []
      for (const session of live)
        if (audience.some((key) => session.reader.keys.has(key))) session.say(shownTo(session, id))
    }
  }

  function shownTo(session: Session, conversationId: string): Shown {
    const viewers = new Map<string, Shown["viewers"][number]>()
    const customer = { isOnline: false, isTyping: false, page: null as string | null }
    for (const said of known.get(conversationId)?.windows.values() ?? []) {
      if (said.kind === "visitor") {
        customer.isOnline = true
        customer.isTyping ||= said.isTyping
        customer.page = said.page ?? customer.page
      } else if (said.agentId !== session.agentId) {
        const { agentId, isTyping, inNote } = said
        const other = viewers.get(agentId)
        if (other === undefined || (isTyping && !other.isTyping))
          viewers.set(agentId, { agentId, isTyping, inNote })
      }
    }
    return { kind: "presence", conversationId, viewers: [...viewers.values()], customer }
  }

  /** The agent who types an answer; a note is nothing the customer may know of. */
  function typistOf(conversationId: string): string | undefined {
    for (const said of known.get(conversationId)?.windows.values() ?? [])
      if (said.kind === "agent" && said.isTyping && !said.inNote) return said.agentId
    return undefined
  }

  function sweep(): void {
    const now = getSync().clock.now().getTime()
    for (const [conversationId, { workspaceId, windows }] of known) {
      for (const [window, { until }] of windows) {
        if (until > now) continue
        windows.delete(window)
        soil(workspaceId, conversationId)
      }
      if (windows.size === 0) known.delete(conversationId)
    }
  }

  function newWindow(): string {
    return `${processName}/${newId()}`
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
      tell(session.workspaceId, ids, [session]).catch((error: unknown) =>
        getSync().log.error({ err: error, workspaceId: session.workspaceId }, "presence was not told"),
      )
    },
    refresh(workspaceId, changes) {
      for (const { entityId } of changes) if (known.has(entityId)) soil(workspaceId, entityId)
    },
    watchTyping(conversationId, watcher) {
      begin()
      const those = watchers.get(conversationId) ?? new Set()
      watchers.set(conversationId, those.add(watcher))
      const typist = typistOf(conversationId)
      if (typist !== undefined) watcher(typist)
      return () => {
        those.delete(watcher)
        if (those.size === 0 && watchers.get(conversationId) === those) watchers.delete(conversationId)
      }
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
