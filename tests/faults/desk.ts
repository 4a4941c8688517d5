import type { ConversationRow } from "../../protocol/rows.ts"
import { mentionOf } from "../../protocol/text.ts"
import { act, conversationOf, newId, type DraftFile } from "../../desk/replica/act.ts"
import { createFakeDisk } from "../../desk/replica/fakes/disk.ts"
import { shownRow, shownRows } from "../../desk/replica/memory.ts"
import { openReplica, type Replica } from "../../desk/replica/open.ts"
import { getTimeline, loadConversation, loadTimeline, openTimeline } from "../../desk/replica/pages.ts"
import type { AgentView, Line } from "./check.ts"
import { fileOf } from "./files.ts"
import { mergeCustomers, undoMerge } from "./merges.ts"
import type { Random } from "./random.ts"
import type { History } from "./visitor.ts"

/** An agent at his desk: the replica's own code, and somebody who answers, notes, reads, closes and reloads. */
export type Desk = {
  name: string
  agentId: string
  /** Begins nothing more. */
  rest(): void
  isConnected(): boolean
  /** By `performance.now()`. */
  openedAt(): number
  /** Everything is sent and answered, and the stream has come to the change with this number. */
  isDone(number: number): boolean
  /** What it still waits for, in words. */
  state(): string
  reload(): Promise<void>
  wake(): void
  /** All he is shown of the conversations that the tables say he may see, scrolled up to their first messages. */
  view(conversationIds: Iterable<string>): Promise<AgentView>
  /** The same agent at a machine where he was never before. */
  openFresh(): Desk
  close(): Promise<void>
}

export type DeskNeeds = {
  name: string
  agentId: string
  workspaceId: string
  base: string
  history: History
  random: Random
  isResting?: boolean
  /** Milliseconds between two acts, on average. */
  pause: number
}

/** What waits for its file. */
type Parcel = { conversationId: string; text: string; isNote: boolean; file: DraftFile }

/** Nobody goes on and on while nothing is sent. */
const MOST_WAITING = 12

export function openDesk(needs: DeskNeeds): Desk {
  const { name, agentId, history, random } = needs
  const disk = createFakeDisk()
  const seen = new Set<string>()
  let replica = open()
  let parcels: Parcel[] = []
  let answers = 0
  let notes = 0
  let isReloading = false
  let openedAt = performance.now()
  let isResting = needs.isResting ?? false
  const acting = setInterval(actNow, needs.pause)

  function open(): Replica {
    return openReplica({
      workspaceId: needs.workspaceId,
      agentId,
      base: needs.base,
      openDisk: disk.open,
      onSignedOut: () => complain("was signed out"),
      onOutdated: () => complain("was told to reload"),
    })
  }

  function complain(what: string): void {
    history.complaints.push(`${name} ${what}.`)
  }

  function actNow(): void {
    if (isReloading) return
    if (random.chance(0.1)) watch()
    sendReturned()
    sendParcels()
    readTimelines()
    if (replica.memory.pendings.length >= MOST_WAITING) return
    const rows = [...shownRows(replica.memory)]
      .filter((row) => row.isOpen || random.chance(0.2))
      .filter(({ id }) => parcels.every(({ conversationId }) => conversationId !== id))
    if (rows.length === 0 || isResting) return
    const free = rows.filter(({ assigneeId }) => assigneeId === null || assigneeId === agentId)
    const row = random.pick(free.length > 0 && random.chance(0.8) ? free : rows)
    const whim = random.number()
    if (whim < 0.74) say(row, `${name} ${(answers += 1)}`)
    else if (whim < 0.78) pack(row, whim < 0.76)
    else if (whim < 0.82) label(row)
    else if (whim < 0.88) note(row, nextNote())
    else if (whim < 0.9) take(row)
    else if (whim < 0.92) issue(row, "close", { lastCustomerEntryId: row.lastCustomerEntryId })
    else if (whim < 0.93) issue(row, "star", { isStarred: !row.own.isStarred })
    else if (whim < 0.945) void count("merged", mergeCustomers(replica, rows, random))
    else if (whim < 0.96) void count("undone", undoMerge(replica, rows, random))
    else issue(row, "read", { upTo: row.updatedAt })
  }

  /** As the composer sends it: with what the row shows. */
  function say(row: ConversationRow, text: string, files: readonly DraftFile[] = []): void {
    const { assigneeId, isOpen, lastAnswer, lastAddressId } = row
    history.typed.push({
      author: name,
      text,
      isNote: false,
      files: files.map(({ name }) => name),
      to: row.id,
    })
    const expects = { assigneeId, isOpen, lastAnswerId: lastAnswer?.id ?? null }
    issue(row, "answer", { text, addressId: lastAddressId, expects }, { files })
  }

  function nextNote(): string {
    const colleagues = [...replica.memory.kept.agent.keys()]
    return `${name} note ${(notes += 1)} ${mentionOf("agent", random.pick(colleagues))}`
  }

  function note(row: ConversationRow, text: string, files: readonly DraftFile[] = []): void {
    history.typed.push({ author: name, text, isNote: true, files: files.map(({ name }) => name), to: row.id })
    issue(row, "note", { text }, { files })
  }

  /** A draft with a file, which is sent when the file is up. By SMS its text would become another. */
  function pack(row: ConversationRow, isNote: boolean): void {
    if (!isNote && row.channel !== "web-chat") return
    const text = isNote ? nextNote() : `${name} ${(answers += 1)}`
    const file = replica.uploads.add(fileOf(`${name} file ${answers} ${notes}`))
    replica.setDraft(row.id, { text, isNote, files: [file] }, [])
    parcels.push({ conversationId: row.id, text, isNote, file })
  }

  function sendParcels(): void {
    parcels = parcels.filter(({ conversationId, text, isNote, file }) => {
      const row = shownRow(replica.memory, conversationId)
      const view = replica.uploads.viewOf(file.id)
      if (view === undefined) replica.uploads.resume(file)
      if (view?.state === "failed") complain(`could not upload “${file.name}”: ${view.refusal.refusal}`)
      const isTaken =
        replica.memory.drafts.get(conversationId)?.files.every(({ id }) => id !== file.id) ?? true
      const isOver = row === undefined || isTaken || view?.state === "failed"
      if (!isOver && view?.state !== "ready") return true
      // Where customers were merged it follows as a text that came back.
      if (row === undefined || isTaken) return false
      replica.setDraft(conversationId, { text: "", isNote, files: [] }, [])
      if (!isOver) (isNote ? note : say)(row, text, [file])
      return false
    })
  }

  /** One more on something that was written, or one less. */
  function label(row: ConversationRow): void {
    const labels = [...replica.memory.kept.label.keys()]
    const entries = (replica.memory.timelines.get(row.id)?.entries ?? []).filter(
      ({ body }) => body.type === "message",
    )
    if (labels.length === 0 || entries.length === 0) return
    const [entryId, labelId] = [random.pick(entries).id, random.pick(labels)]
    issue(row, "label", { isOn: random.chance(0.7) }, { params: { entryId, labelId } })
  }

  /** “Assign to me”, or back to where everybody sees it. */
  function take(row: ConversationRow): void {
    const { assigneeId } = row
    const to = assigneeId === agentId ? { kind: "nobody" } : { kind: "agent", agentId }
    issue(row, "assign", { to, expects: { assigneeId } })
  }

  async function count(what: keyof History["merges"], done: Promise<boolean>): Promise<void> {
    if (await done) history.merges[what] += 1
  }

  function issue(
    row: ConversationRow,
    command: string,
    body: object,
    { params = {}, files = [] }: { params?: object; files?: readonly DraftFile[] } = {},
  ): void {
    const fileIds = files.map(({ id }) => id)
    const one = act.parse({
      command,
      params: { conversationId: row.id, ...params },
      body: { ...body, ...(fileIds.length > 0 ? { fileIds } : {}), id: newId() },
    })
    void replica.issue(one, files).then((outcome) => {
      if (command !== "answer" && command !== "note") return
      const decided = outcome.kind === "done" ? history.accepted : history.refused
      decided.push({ author: name, id: one.body.id })
      if (outcome.kind === "done" && one.command === "answer")
        history.claims.push({
          author: name,
          conversationId: row.id,
          addressId: one.body.addressId ?? "",
          lastAnswerId: one.body.expects.lastAnswerId,
        })
    })
  }

  /**
   * One more click: a refused answer, a draft by now, is sent again as it is. First everything is waited for that was
   * sent after it and will be refused as well; until then the row shows what is not.
   */
  function sendReturned(): void {
    const { pendings, returned } = replica.memory
    for (const back of returned) {
      if (pendings.some((one) => conversationOf(one.act) === back.conversationId)) continue
      const row = shownRow(replica.memory, back.conversationId)
      if (row === undefined || (back.reason === undefined && back.files.some(isUploading))) continue
      replica.setDraft(row.id, { text: "", isNote: false, files: [] }, [back.id])
      if (back.isNote && back.reason) complain(`could not write a note: ${back.reason.refusal}`)
      ;(back.isNote ? note : say)(row, back.text, back.files)
    }
  }

  /** Of a draft whose conversation became part of another while its file was on its way. */
  function isUploading(file: DraftFile): boolean {
    const view = replica.uploads.viewOf(file.id)
    if (view === undefined) replica.uploads.resume(file)
    return view?.state !== "ready" && view?.state !== "failed"
  }

  /** Every conversation is open in a window of his. */
  function readTimelines(): void {
    const { memory, server } = replica
    if (memory.connection !== "online") return
    for (const id of memory.kept.conversation.keys()) {
      const { isLoaded, isStale, flight } = getTimeline(memory, id)
      if ((!isLoaded || isStale) && flight === undefined) void openTimeline(memory, server, id)
    }
  }

  function watch(): void {
    for (const { entries } of replica.memory.timelines.values()) {
      if (new Set(entries.map(({ id }) => id)).size < entries.length) complain("was shown an entry twice")
      if (entries.some(({ at }, place) => at <= (entries[place - 1]?.at ?? "")))
        complain("was shown entries in the wrong order")
      for (const { id, body } of entries) {
        // Events are made anew when a merge is undone.
        if (body.type !== "event" && !seen.has(id)) history.seen.push({ by: name, id })
        seen.add(id)
      }
    }
  }

  async function lines(conversationId: string): Promise<Line[]> {
    const { memory, server } = replica
    if (shownRow(memory, conversationId)?.isOpen !== true)
      await loadConversation(memory, server, conversationId)
    await openTimeline(memory, server, conversationId)
    const timeline = getTimeline(memory, conversationId)
    for (let pages = 0; timeline.isLoaded && timeline.hasOlder && pages < 100; pages += 1)
      await loadTimeline(memory, server, timeline, "older")
    return timeline.entries.map(({ id, at, body }) => ({
      id,
      at,
      text: body.type === "event" ? "" : body.text,
      files: body.type === "event" ? [] : body.files.map((file) => file.name),
      labels: body.type === "message" ? body.labelIds.toSorted() : [],
    }))
  }

  return {
    name,
    agentId,
    rest() {
      isResting = true
    },
    isConnected: () => replica.memory.connection === "online",
    openedAt: () => openedAt,
    isDone(number) {
      const { memory } = replica
      const isAtRest = memory.pendings.length + memory.returned.length + parcels.length === 0
      return isAtRest && memory.isComplete && (memory.cursor ?? -1) >= number
    },
    state() {
      const { pendings, returned, connection, cursor } = replica.memory
      const waiting = `${pendings.length} on their way, ${returned.length} came back, ${parcels.length} with files`
      return `${name}: ${answers} answers, ${waiting}, ${connection} at ${cursor}`
    },
    async reload() {
      isReloading = true
      if (random.chance(0.5)) replica.saveNow()
      // What is issued is on disk before anything else happens to it.
      await replica.isOpen
      await new Promise((resolve) => setTimeout(resolve, 10))
      await replica.close({ erase: false })
      replica = open()
      openedAt = performance.now()
      isReloading = false
    },
    wake: () => replica.wake(),
    async view(conversationIds) {
      clearInterval(acting)
      const timelines = new Map<string, Line[]>()
      for (const id of new Set([...conversationIds, ...replica.memory.kept.conversation.keys()]))
        timelines.set(id, await lines(id))
      watch()
      const { kept, counts } = replica.memory
      const all = Object.values(kept).flatMap((rows) => [...rows.values()])
      const rows = new Map(all.map((row) => [`${row.kind} ${row.id}`, textOf(row)]))
      return { of: name, agentId, timelines, rows, badge: counts.badge }
    },
    openFresh: () => openDesk({ ...needs, name: `${name}, fresh`, isResting: true }),
    async close() {
      clearInterval(acting)
      await replica.close({ erase: false })
    },
  }
}

/** The same for the same row, whichever way it came. */
function textOf(row: object): string {
  return JSON.stringify(row, (_name, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  )
}
