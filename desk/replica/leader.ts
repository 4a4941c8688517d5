/**
 * What one tab does for all: it owns the socket, sends the outbox and writes the disk. It applies what the server
 * says to its own memory and says the same to the tabs that follow, so that any of them can take over from the
 * cursor it has.
 */
import { sessionAnswer } from "../../protocol/commands.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import type { Frame, Presence, ToDesk } from "../../protocol/stream.ts"
import type { Pending } from "./act.ts"
import {
  applyDraft,
  applyMessage,
  applyReturned,
  applySynced,
  forgetPresences,
  repaint,
  type Snapshot,
} from "./apply.ts"
import { ask, RefusalError, type Server } from "./ask.ts"
import { connect } from "./connection.ts"
import type { Change } from "./disk.ts"
import { NO_DRAFT, returnedText, type Returned } from "./draft.ts"
import { followTexts } from "./following-texts.ts"
import { adoptTimeline } from "./kept-timelines.ts"
import { setPendings, type ConnectionState, type Memory } from "./memory.ts"
import { newsOf, tellNews } from "./news.ts"
import { createOutbox, type Outcome } from "./outbox.ts"
import { directoryOf, takeUnsaved } from "./saving.ts"
import type { Said, Viewing } from "./tabs.ts"
import { syncDrafts } from "./syncing-drafts.ts"
import { createViewings } from "./viewings.ts"

export type LeaderNeeds = {
  memory: Memory
  server: Server
  streamUrl: string
  /** To the tabs that follow. */
  say(said: Said): void
  /** Fails silently where there is no disk: then memory is all there is. */
  save(change: Change): Promise<void>
  /** What was typed is written at once, and so before anything else that `save` is told. */
  saveDrafts(): void
  /** Rows may be written: no other tab writes them. */
  savesRows: boolean
  onOutcome(id: string, outcome: Outcome): void
  onSignedOut(): void
  onOutdated(): void
}

export type Leader = {
  /** A stored act to send, from this tab or another. */
  take(pending: Pending): void
  /** A draft was typed, in this tab or another. */
  typed(key: string): void
  hear(said: Said): void
  setViewing(tab: string, viewing: Viewing | null): void
  /** Writes what is unsaved, now if the window may be about to die. */
  save(isUrgent: boolean): void
  wake(): void
  close(): void
}

/** Milliseconds. */
const SAVE_AFTER = 200

export function lead(needs: LeaderNeeds): Leader {
  const { memory, server, say } = needs
  const joiners = new Set<string>()
  const viewings = createViewings()
  let settled: string[] = []
  let saving: ReturnType<typeof setTimeout> | undefined

  // What a dead leader was sending is sent again: the server knows it by its id.
  setPendings(
    memory,
    memory.pendings.map((pending) =>
      pending.state === "sending" ? { ...pending, state: "waiting" } : pending,
    ),
  )

  const outbox = createOutbox({
    server,
    isOpen: () => memory.connection === "online",
    pendings: () => memory.pendings,
    change: changePending,
    decided,
    onRefused: () => void askWhoIsSignedIn(),
  })
  const draftSync = syncDrafts({
    memory,
    server,
    synced(key, synced) {
      applySynced(memory, key, synced)
      say({ kind: "synced", key, synced })
      const draft = memory.drafts.get(key) ?? NO_DRAFT
      void needs.save({ drafts: [{ key, draft }] })
      repaint(memory)
    },
  })
  const following = followTexts({ memory, server, move: moveTexts })
  const connection = connect({
    url: needs.streamUrl,
    hello: () => ({ epoch: memory.epoch, cursor: memory.cursor }),
    onMessage: hearServer,
    onState: setConnection,
    onRefused: () => void askWhoIsSignedIn(),
    onOutdated: needs.onOutdated,
  })

  function setConnection(state: ConnectionState): void {
    if (memory.connection === state) return
    memory.connection = state
    memory.watchers.mark("connection")
    if (state !== "online") forgetPresences(memory)
    sayLine()
    repaint(memory)
    if (state === "online") {
      outbox.wake()
      draftSync.wake()
      following.look()
      connection.send(viewings.all())
    }
  }

  function sayLine(): void {
    say({ kind: "line", connection: memory.connection, skew: memory.skew, epoch: memory.epoch })
  }

  function hearServer(message: Exclude<ToDesk, { kind: "bye" }>): void {
    if (message.kind === "welcome") return welcome(message)
    if (message.kind === "pong") return
    applyAndSay(message)
  }

  function welcome(message: Extract<ToDesk, { kind: "welcome" }>): void {
    // The cookie is somebody else's by now: nothing of ours may be sent or shown under it.
    if (message.agentId !== memory.agentId || message.workspaceId !== memory.workspaceId) {
      connection.close()
      setConnection("offline")
      return needs.onSignedOut()
    }
    memory.skew = Date.parse(message.now) - Date.now()
    if (memory.epoch !== message.epoch) {
      // Numbers of another epoch mean nothing here.
      memory.cursor = undefined
      memory.epoch = message.epoch
      removePendings((pending) => pending.state === "done")
    }
    setConnection("online")
    sayLine()
  }

  function applyAndSay(message: Frame | Snapshot | Presence): void {
    const before = rowsBefore(message)
    if (applyMessage(memory, message) === "gap") return connection.helloAgain()
    say({ kind: "server", message })
    removeReached()
    if (message.kind !== "presence") saveSoon()
    if (message.kind !== "presence" && message.rows.some(({ kind }) => kind === "draft")) draftSync.wake()
    repaint(memory)
    if (message.kind === "frame") {
      const viewed = viewings.all().conversations.map(({ conversationId }) => conversationId)
      tellNews(newsOf(memory, message, before), new Set(viewed))
    }
    if (message.kind !== "presence") following.look()
    if (memory.isComplete) for (const tab of joiners) sayState(tab)
  }

  function rowsBefore(message: Frame | Snapshot | Presence): Map<string, ConversationRow | undefined> {
    const rows = message.kind === "frame" ? message.rows : []
    const changed = rows.filter(({ kind }) => kind === "conversation")
    return new Map(changed.map(({ id }) => [id, memory.kept.conversation.get(id)]))
  }

  function removeReached(): void {
    const { cursor } = memory
    if (cursor !== undefined)
      removePendings((pending) => pending.state === "done" && (pending.number ?? 0) <= cursor)
  }

  /** Acts whose change is in memory now, or never will be. */
  function removePendings(isOver: (pending: Pending) => boolean): void {
    const over = memory.pendings.filter(isOver)
    if (over.length === 0) return
    settled.push(...over.map((pending) => pending.act.body.id))
    setPendings(
      memory,
      memory.pendings.filter((pending) => !isOver(pending)),
    )
    say({ kind: "outbox", pendings: memory.pendings })
  }

  function changePending(id: string, to: Pending | undefined): void {
    setPendings(
      memory,
      memory.pendings.flatMap((pending) => (pending.act.body.id !== id ? [pending] : to ? [to] : [])),
    )
    say({ kind: "outbox", pendings: memory.pendings })
    repaint(memory)
  }

  async function decided(pending: Pending, outcome: Outcome): Promise<void> {
    const { id } = pending.act.body
    const back = returnedText(pending, outcome)
    if (outcome.kind === "done" && !back) {
      const { number } = outcome.answer
      const isKnown = memory.cursor !== undefined && memory.cursor >= number
      if (isKnown) settled.push(id)
      else await needs.save({ pendings: [{ ...pending, state: "done", number }] })
      // Meanwhile the cursor may have come by.
      const isPast = memory.cursor !== undefined && memory.cursor >= number
      if (isPast && !isKnown) settled.push(id)
      changePending(id, isPast ? undefined : { ...pending, state: "done", number })
      saveSoon()
    } else {
      // Stored together with the end of its command, so that the text is neither lost nor there twice.
      await needs.save({ settled: [id], ...(back ? { returned: [back] } : {}) })
      if (back) {
        applyReturned(memory, back)
        say({ kind: "returned", returned: back })
      }
      changePending(id, undefined)
      following.look()
    }
    say({ kind: "outcome", id, outcome })
    needs.onOutcome(id, outcome)
  }

  /** Stored in one go as well. */
  function moveTexts(keys: readonly string[], texts: readonly Returned[]): void {
    needs.saveDrafts()
    void needs.save({ drafts: keys.map((key) => ({ key, draft: NO_DRAFT })), returned: texts })
    const absorbs = texts.map(({ id }) => id)
    for (const key of keys) {
      const emptied = { key, draft: NO_DRAFT, absorbs }
      applyDraft(memory, emptied)
      say({ kind: "draft", ...emptied })
    }
    for (const returned of texts) {
      applyReturned(memory, returned)
      say({ kind: "returned", returned })
    }
    repaint(memory)
  }

  function saveSoon(): void {
    saving ??= setTimeout(saveNow, SAVE_AFTER)
  }

  function saveNow(): void {
    clearTimeout(saving)
    saving = undefined
    const rows = needs.savesRows ? takeUnsaved(memory) : undefined
    // An act leaves the disk together with the rows that show what became of it, never before.
    if (needs.savesRows && rows === undefined) return
    const over = settled
    settled = []
    void needs.save({ ...rows, ...(over.length > 0 ? { settled: over } : {}) })
  }

  async function askWhoIsSignedIn(): Promise<void> {
    try {
      const { user, workspaces } = await ask(
        { base: server.base },
        { method: "GET", path: "/session", answer: sessionAnswer },
      )
      if (user && workspaces.some((one) => one.id === memory.workspaceId && one.agentId === memory.agentId))
        return
      needs.onSignedOut()
    } catch (error) {
      // No answer says nothing: the agent stays and works offline.
      if (!(error instanceof RefusalError)) throw error
    }
  }

  function sayState(tab: string): void {
    const { cursor, epoch } = memory
    sayLine()
    say({ kind: "outbox", pendings: memory.pendings })
    if (!memory.isComplete || cursor === undefined || epoch === undefined) return void joiners.add(tab)
    joiners.delete(tab)
    const rows = [...directoryOf(memory), ...memory.kept.conversation.values()]
    const { returned } = memory
    const state = {
      rows,
      cursor,
      epoch,
      drafts: [...memory.drafts],
      returned,
      presences: [...memory.presences.values()],
    }
    say({ kind: "state", to: tab, state })
  }

  function setViewing(tab: string, viewing: Viewing | null): void {
    viewings.set(tab, viewing)
    connection.send(viewings.all())
  }

  function take(pending: Pending): void {
    const { id } = pending.act.body
    if (!memory.pendings.some((one) => one.act.body.id === id))
      setPendings(memory, [...memory.pendings, pending])
    say({ kind: "outbox", pendings: memory.pendings })
    repaint(memory)
    outbox.release([id])
  }

  say({ kind: "leading" })
  sayLine()
  // The leader before may not have come to take them off the disk.
  removeReached()
  outbox.release(memory.pendings.map((pending) => pending.act.body.id))
  repaint(memory)
  saveSoon()

  return {
    take,
    typed(key) {
      draftSync.consider(key)
      following.look()
    },
    hear(said) {
      if (said.kind === "join") sayState(said.tab)
      else if (said.kind === "issue") take(said.pending)
      else if (said.kind === "wake") connection.wake()
      else if (said.kind === "viewing") setViewing(said.tab, said.viewing)
      else if (said.kind === "timeline") adoptTimeline(memory, said)
      if (said.kind === "timeline") saveSoon()
    },
    setViewing,
    save: (isUrgent) => (isUrgent ? saveNow() : saveSoon()),
    wake() {
      connection.wake()
    },
    close() {
      clearTimeout(saving)
      outbox.close()
      draftSync.close()
      following.close()
      connection.close()
    },
  }
}
