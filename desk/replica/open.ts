/**
 * One tab's replica from opening to closing: memory is filled from disk before the network is asked, then the tab
 * leads or follows. What is issued here shows at once, is stored, and goes to whoever leads.
 */
import { type Act, type DraftFile, type Pending, newId, pending as pendingSchema, stampNow } from "./act.ts"
import {
  applyDraft,
  applyFirst,
  applyMessage,
  applyPresence,
  applyReturned,
  applySynced,
  applyState,
  forgetPresences,
  repaint,
} from "./apply.ts"
import type { Server } from "./ask.ts"
import type { Change, Disk, Stored } from "./disk.ts"
import { NO_DRAFT, typedDraft, type Draft } from "./draft.ts"
import { recordOf, takeTimelines } from "./kept-timelines.ts"
import { lead, type Leader } from "./leader.ts"
import { createMemory, nothingUnsaved, setPendings, type Memory } from "./memory.ts"
import type { Outcome } from "./outbox.ts"
import { createDraftSaver } from "./saving-drafts.ts"
import { createUploads, type Uploads } from "./uploads.ts"
import { joinTabs, type Said, type Tabs, type TabState, type Viewing } from "./tabs.ts"

export type ReplicaNeeds = {
  workspaceId: string
  agentId: string
  /** Scheme and host, such as `https://desk.example`. */
  base: string
  openDisk(onLost: () => void): Promise<Disk>
  onSignedOut(): void
  onOutdated(): void
}

export type Replica = {
  memory: Memory
  server: Server
  /** Resolves when what was on disk is in memory. */
  isOpen: Promise<void>
  uploads: Uploads
  /** `files`: what an answer or a note names by `fileIds`. */
  issue(act: Act, files?: readonly DraftFile[]): Promise<Outcome>
  /** Without a `base` it was typed; with one it is another device's, or goes on from it. */
  setDraft(key: string, draft: Draft, absorbs: readonly string[]): void
  setViewing(viewing: Viewing | null): void
  /** A timeline was loaded here: the leader keeps it for reading offline. */
  keepTimeline(conversationId: string): void
  /** The network or the window is back. */
  wake(): void
  /** The window may be about to die. */
  saveNow(): void
  close(o: { erase: boolean }): Promise<void>
}

export function openReplica(needs: ReplicaNeeds): Replica {
  const memory = createMemory(needs)
  const server: Server = { base: needs.base, workspaceId: needs.workspaceId }
  const tab = newId()
  const waiting = new Map<string, (outcome: Outcome) => void>()
  /** Issued here, and not yet seen in what the leader holds. */
  const unseen = new Map<string, Pending>()
  const uploads = createUploads({ server, watchers: memory.watchers, disk: () => disk })
  const drafts = createDraftSaver((change) => void save(change))
  let disk: Disk | undefined
  let tabs: Tabs | undefined
  let leader: Leader | undefined
  let viewing: Viewing | null = null
  /** Nothing that the leader heard was missed since its state came. */
  let isInStep = false
  /** Another tab led while this one was open. */
  let hasFollowed = false
  /** Drafts typed, or heard of, since the leader was asked for his: newer than those. */
  const newer = new Set<string>()
  let isClosed = false

  async function open(): Promise<void> {
    try {
      disk = await needs.openDisk(() => (disk = undefined))
      takeStored(await disk.load())
      repaint(memory)
      const rows = await disk.loadRows()
      if (isClosed) return disk.close()
      if (rows) applyState(memory, rows)
      memory.unsaved = nothingUnsaved()
      repaint(memory)
      takeTimelines(memory, await disk.loadTimelines())
    } catch (error) {
      loseDisk(error)
    }
    repaint(memory)
    if (isClosed) return disk?.close()
    tabs = joinTabs({
      name: `parley-${needs.workspaceId}-${needs.agentId}`,
      hear,
      onLead: () => void startLeading(),
    })
    if (!tabs.isAlone) tabs.say({ kind: "join", tab })
  }

  function takeStored(stored: Stored): void {
    if (stored.first) applyFirst(memory, stored.first)
    for (const { key, draft } of stored.drafts)
      if (!memory.drafts.has(key)) applyDraft(memory, { key, draft, absorbs: [] })
    for (const back of stored.returned) applyReturned(memory, back)
    takePendings(stored.pendings)
  }

  /** Those stored first, then what was issued here while the disk was read. */
  function takePendings(stored: readonly Pending[]): void {
    const known = new Set(stored.map((one) => one.act.body.id))
    setPendings(memory, [...stored, ...memory.pendings.filter((one) => !known.has(one.act.body.id))])
  }

  /** Storage fails (full, forbidden, private window): the replica goes on in memory alone. */
  function loseDisk(error: unknown): void {
    reportError(error)
    disk = undefined
  }

  async function save(change: Change): Promise<void> {
    try {
      await disk?.save(change)
    } catch (error) {
      loseDisk(error)
    }
  }

  /** A tab that died may have stored what nobody heard of. */
  async function takeAnew(): Promise<void> {
    const stored = await disk?.load()
    // After the place they belong to: where that is ours, so are they.
    const timelines = hasFollowed ? await disk?.loadTimelines() : undefined
    if (isClosed) return
    if (stored) {
      takePendings(stored.pendings)
      for (const back of stored.returned) applyReturned(memory, back)
    }
    // The leader before wrote everything up to here, or this tab read it: only what is new has to be written.
    const isElsewhere = stored?.first?.epoch !== memory.epoch || stored?.first?.cursor !== memory.cursor
    if (isElsewhere) memory.unsaved.everything = true
    const records = timelines ?? []
    takeTimelines(memory, isElsewhere ? records.map((one) => ({ ...one, isStale: true })) : records)
  }

  async function startLeading(): Promise<void> {
    if (isClosed) return
    await takeAnew().catch((error: unknown) => loseDisk(error))
    if (isClosed) return
    unseen.clear()
    isInStep = false
    leader = lead({
      memory,
      server,
      streamUrl: `${needs.base.replace(/^http/, "ws")}/api/v1/stream?workspace=${needs.workspaceId}`,
      say: (said) => tabs?.say(said),
      save,
      saveDrafts: drafts.save,
      savesRows: tabs?.isAlone === false,
      onOutcome: settle,
      onSignedOut: needs.onSignedOut,
      onOutdated: needs.onOutdated,
    })
    leader.setViewing(tab, viewing)
    void save({ drafts: [...memory.drafts].map(([key, draft]) => ({ key, draft })) })
  }

  function settle(id: string, outcome: Outcome): void {
    unseen.delete(id)
    waiting.get(id)?.(outcome)
    waiting.delete(id)
  }

  function hear(said: Said): void {
    if (isClosed) return
    if (said.kind === "draft") return hearDraft(said)
    if (said.kind === "erase") return needs.onSignedOut()
    if (leader) return leader.hear(said)
    hasFollowed = true
    follow(said)
    repaint(memory)
  }

  function follow(said: Said): void {
    switch (said.kind) {
      case "leading":
        return follower()
      case "state":
        return said.to === tab ? takeState(said.state) : undefined
      case "server":
        if (!isInStep || applyMessage(memory, said.message) === "applied") return
        isInStep = false
        return tabs?.say({ kind: "join", tab })
      case "line":
        if (said.connection !== "online") forgetPresences(memory)
        memory.connection = said.connection
        memory.skew = said.skew
        if (isInStep && memory.epoch !== said.epoch) {
          memory.epoch = said.epoch
          memory.cursor = undefined
        }
        return memory.watchers.mark("connection")
      case "outbox":
        for (const { act } of said.pendings) unseen.delete(act.body.id)
        return setPendings(memory, [...said.pendings, ...unseen.values()])
      case "outcome":
        return settle(said.id, said.outcome)
      case "returned":
        return applyReturned(memory, said.returned)
      case "synced":
        return applySynced(memory, said.key, said.synced)
      default:
    }
  }

  /** Somebody else leads from now on: he has to hear what the old leader may not have. */
  function follower(): void {
    isInStep = false
    tabs?.say({ kind: "join", tab })
    tabs?.say({ kind: "viewing", tab, viewing })
    for (const pending of unseen.values()) tabs?.say({ kind: "issue", pending })
  }

  function takeState(state: TabState): void {
    applyState(memory, state)
    // What was a draft on disk may have been sent since.
    const drafts = new Map([...memory.drafts.keys()].map((key) => [key, NO_DRAFT]))
    for (const [key, draft] of state.drafts) drafts.set(key, draft)
    for (const [key, draft] of drafts) if (!newer.has(key)) applyDraft(memory, { key, draft, absorbs: [] })
    newer.clear()
    for (const back of state.returned) applyReturned(memory, back)
    for (const presence of state.presences) applyPresence(memory, presence)
    isInStep = true
  }

  function hearDraft(said: Extract<Said, { kind: "draft" }>): void {
    applyDraft(memory, said)
    keepDraft(said)
    repaint(memory)
  }

  function keepDraft(said: Extract<Said, { kind: "draft" }>): void {
    if (!isInStep) newer.add(said.key)
    if (!leader) return
    drafts.add(said)
    leader.typed(said.key)
  }

  const isOpen = open()
  return {
    memory,
    server,
    isOpen,
    uploads,
    async issue(act, files = []) {
      const pending = pendingSchema.parse({ act, files, at: stampNow(), state: "waiting", number: null })
      const { id } = act.body
      unseen.set(id, pending)
      setPendings(memory, [...memory.pendings, pending])
      repaint(memory)
      const outcome = new Promise<Outcome>((resolve) => waiting.set(id, resolve))
      await isOpen
      await save({ issued: [pending] })
      if (leader) leader.take(pending)
      else tabs?.say({ kind: "issue", pending })
      return outcome
    },
    setDraft(key, next, absorbs) {
      const draft = next.base === undefined ? typedDraft(memory.drafts.get(key), next) : next
      const said = { kind: "draft", key, draft, absorbs } as const
      applyDraft(memory, said)
      tabs?.say(said)
      keepDraft(said)
      repaint(memory)
    },
    setViewing(next) {
      viewing = next
      if (leader) leader.setViewing(tab, next)
      else tabs?.say({ kind: "viewing", tab, viewing: next })
    },
    keepTimeline(conversationId) {
      if (leader) return leader.save(false)
      const record = recordOf(memory, conversationId)
      if (record) tabs?.say({ kind: "timeline", record, cursor: memory.cursor })
    },
    wake() {
      if (leader) leader.wake()
      else tabs?.say({ kind: "wake" })
    },
    saveNow() {
      drafts.save()
      leader?.save(true)
    },
    async close({ erase }) {
      if (!isClosed) {
        if (!erase) drafts.save()
        isClosed = true
        drafts.close()
        uploads.close()
        leader?.close()
        if (erase) tabs?.say({ kind: "erase" })
        tabs?.close()
      }
      await isOpen
      if (erase) await disk?.erase()
      else disk?.close()
    },
  }
}
