/**
 * The visitor's side of the dialogue: what he has, what he waits for, what he has seen. The views read `state` and
 * call the functions; they never fetch. The session is made with his first message and not before; only then is
 * anything stored or a stream opened.
 */
import type { Face, FromVisitor, HomeAnswer, PublicMessage, ToVisitor } from "../protocol/visitor.ts"
import type { Attaching, Attachment } from "./attaching.ts"
import { connect, type Connection } from "./connection.ts"
import { askServer, type Answer } from "./server.ts"
import { openOutbox, type Outgoing, type Sent } from "./outbox.ts"
import { inReach, merge, unreadIn } from "./messages.ts"
import { newKey } from "./secret.ts"
import { openStorage, readJson } from "./storage.ts"
import { isAccepted, isHistory, isHome, isKept, isSession, type Kept, type Session } from "./trust.ts"

export type VisitorState = {
  /** Oldest first, without gaps from the first to the last. */
  messages: PublicMessage[]
  outgoing: Outgoing[]
  /** Older messages exist than the first of `messages`. */
  hasMore: boolean
  unread: number
  home: HomeAnswer | undefined
  typing: Face | undefined
  /** undefined before the first attempt is decided. */
  isConnected: boolean | undefined
  /** The browser has no network, or the server has not answered. */
  isOffline: boolean
  seenUpTo: string
  /** Chosen for the message that is being written. */
  attached: Attachment[]
}

export type Visitor = {
  state: VisitorState
  /** Where files lie. */
  origin: string
  /** With the files that are attached. */
  say(text: string, answersProactive?: boolean): void
  attach(files: File[]): void
  detach(id: string): void
  attachAgain(id: string): void
  /** Loads what takes care of files. */
  attaching(): Promise<Attaching>
  retry(id: string): void
  remove(id: string): void
  typed(isTyping: boolean): void
  loadOlder(): Promise<void>
  saw(upTo: string): void
  refreshHome(): void
  draft(text?: string): string
}

const KEPT_MESSAGES = 50
/** An agent's typing is believed this long without being heard of. */
const TYPING_LIFE = 15_000
const TYPING_RENEWAL = 5_000

export function createVisitor(o: {
  origin: string
  sourceId: string
  language: string | undefined
  onChange(state: VisitorState): void
}): Visitor {
  const storage = openStorage(o.sourceId)
  const server = `${o.origin}/visitor/v1/${o.sourceId}`
  let connection: Connection | undefined
  let memoryDraft = ""
  let typedAt = 0
  let homeAt = 0
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  const kept = readJson(storage.get(":messages"), isKept) ?? { messages: [], cursor: "" }
  /** The latest message that came by the stream. One's own accepted by request may have overtaken an agent's, so it is none to resume from. */
  let cursor = kept.cursor

  const state: VisitorState = {
    messages: kept.messages,
    outgoing: [],
    hasMore: kept.messages.length >= KEPT_MESSAGES,
    unread: 0,
    home: undefined,
    typing: undefined,
    isConnected: undefined,
    isOffline: false,
    seenUpTo: storage.get(":seen") ?? "",
    attached: [],
  }

  const lock = `parley:${o.sourceId}`
  const outbox = openOutbox({
    storage,
    lock,
    send,
    onAccepted: (message, at) => {
      const files = filesOf(message)
      // Without its files' addresses; the stream brings them in a moment.
      take([{ id: message.id, at, agent: null, text: message.text, files, isSeen: false }])
      beKnown()
    },
    onChange: changed,
  })

  function changed(): void {
    state.outgoing = outbox
      .all()
      .filter((message) => !state.messages.some((known) => known.id === message.id))
    state.unread = unreadIn(state.messages, state.seenUpTo)
    state.isOffline = state.isConnected === false || !navigator.onLine
    o.onChange(state)
  }

  function session(): Session | undefined {
    return readJson(storage.get(""), isSession)
  }

  function take(messages: PublicMessage[], isReset = false): void {
    state.messages = isReset ? messages : merge(state.messages, inReach(messages, state))
    storage.set(
      ":messages",
      JSON.stringify({ messages: state.messages.slice(-KEPT_MESSAGES), cursor } satisfies Kept),
    )
    if (messages.some((message) => message.agent)) state.typing = undefined
    changed()
  }

  /** The server has an address for the key now; only from then on is there a stream to open. */
  function beKnown(): void {
    const mine = session()
    if (!mine) return
    if (!mine.isKnown) storage.set("", JSON.stringify({ ...mine, isKnown: true }))
    connection ??= connect({
      address: `${server.replace(/^http/, "ws")}/stream`,
      hello,
      onMessage: heard,
      onState: (isConnected) => {
        state.isConnected = isConnected
        if (!isConnected) state.typing = undefined
        changed()
      },
    })
  }

  function hello(): FromVisitor {
    return {
      kind: "hello",
      key: session()?.key ?? "",
      page: page(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(cursor ? { after: cursor } : {}),
    }
  }

  function takeFromStream(messages: PublicMessage[], isReset: boolean): void {
    if (isReset) cursor = ""
    for (const message of messages) if (message.at > cursor) cursor = message.at
    take(messages, isReset)
  }

  function heard(message: ToVisitor): void {
    if (message.kind === "welcome") {
      state.home = message.home
      homeAt = Date.now()
      if (message.isReset || state.messages.length === 0) state.hasMore = message.hasMore
      takeFromStream(message.messages, message.isReset)
      // What was seen while there was no network is said now; the server moves only forward.
      if (state.seenUpTo && state.unread === 0 && message.unread > 0)
        void ask("seen", { upTo: state.seenUpTo })
      outbox.flush()
    } else if (message.kind === "messages") takeFromStream(message.messages, false)
    else if (message.kind === "typing") {
      state.typing = message.agent ?? undefined
      clearTimeout(typingTimer)
      typingTimer = setTimeout(() => {
        state.typing = undefined
        changed()
      }, TYPING_LIFE)
      changed()
    }
  }

  async function send(message: Outgoing): Promise<Sent> {
    begin()
    const answer = await ask("messages", {
      id: message.id,
      text: message.text,
      ...(message.files?.length ? { fileIds: message.files.map(({ id }) => id) } : {}),
      page: page(),
      ...(message.answersProactive ? { answersProactive: true } : {}),
      ...(o.language ? { language: o.language } : {}),
    })
    if (answer.kind === "refused") return { kind: "refused", refusal: answer.refusal }
    if (answer.kind === "later" || !isAccepted(answer.body)) {
      if (state.isConnected === undefined) state.isConnected = false
      changed()
      return { kind: "later" }
    }
    state.isConnected ??= true
    return { kind: "accepted", at: answer.body.at }
  }

  function ask(what: string, body: object): Promise<Answer> {
    return askServer(`${server}/${what}`, { key: session()?.key, ...body })
  }

  /** Under the lock that sending holds: of two tabs that begin at the same moment the second finds the first's key. */
  function begin(): void {
    if (!session()) storage.set("", JSON.stringify({ key: newKey(), isKnown: false }))
  }

  storage.watch((name) => {
    if (name === ":messages") {
      state.messages = merge(state.messages, readJson(storage.get(name), isKept)?.messages ?? [])
      changed()
    } else if (name === ":seen") {
      const seen = storage.get(name) ?? ""
      if (seen > state.seenUpTo) state.seenUpTo = seen
      changed()
    } else if (name === "" && session()?.isKnown) beKnown()
    else if (name.startsWith(":out:")) changed()
  })

  function wake(): void {
    if (document.visibilityState === "hidden") return
    connection?.wake()
    if (outbox.all().length) outbox.flush()
  }
  addEventListener("online", () => {
    wake()
    changed()
  })
  document.addEventListener("visibilitychange", wake)
  addEventListener("offline", () => {
    connection?.wake()
    changed()
  })

  // Sites that change their address without loading a page: agents see where the visitor is.
  let place = location.href
  setInterval(() => {
    if (location.href === place || !state.isConnected) return
    place = location.href
    connection?.send({ kind: "page", page: page() })
  }, 1_000)

  let attaching: Promise<Attaching> | undefined

  function attach(): Promise<Attaching> {
    attaching ??= import("./attaching.ts").then(async ({ openAttaching }) => {
      await (navigator.locks ? navigator.locks.request(lock, begin) : begin())
      return openAttaching({
        storage,
        address: `${server}/files`,
        key: () => session()?.key ?? "",
        ask,
        onChange(all) {
          state.attached = all
          changed()
        },
      })
    })
    return attaching
  }

  const waiting = outbox.all()
  if (session()?.isKnown) beKnown()
  if (storage.get(":files")) void attach()
  if (waiting.length) outbox.flush()
  changed()

  const typed = (isTyping: boolean): void => {
    const now = Date.now()
    if (isTyping ? now - typedAt < TYPING_RENEWAL : typedAt === 0) return
    typedAt = isTyping ? now : 0
    connection?.send({ kind: "typing", isTyping })
  }

  return {
    state,
    origin: o.origin,
    say(text, answersProactive = false) {
      storage.remove(":draft")
      memoryDraft = ""
      typed(false)
      const files = state.attached.map(({ id, name, size, type, voice }) => ({
        ...{ id, name, size, type },
        ...(voice && { voice }),
      }))
      outbox.add({ text, answersProactive, files })
      if (files.length) void attach().then((opened) => opened.taken())
    },
    attach: (files) => void attach().then((opened) => opened.add(files)),
    detach: (id) => void attach().then((opened) => opened.remove(id)),
    attaching: attach,
    attachAgain: (id) => void attach().then((opened) => opened.retry(id)),
    retry: outbox.renew,
    remove(id) {
      const files = outbox.all().find((message) => message.id === id)?.files ?? []
      outbox.remove(id)
      if (files.length) void attach().then((opened) => opened.putBack(files))
    },
    typed,
    async loadOlder() {
      const before = state.messages[0]?.at
      if (!before || !state.hasMore) return
      const answer = await ask("history", { before })
      if (answer.kind !== "done" || !isHistory(answer.body)) return
      state.hasMore = answer.body.hasMore
      // Older ones are shown, not kept: the disk holds the latest.
      state.messages = merge(state.messages, answer.body.messages)
      changed()
    },
    saw(upTo) {
      if (upTo <= state.seenUpTo) return
      state.seenUpTo = upTo
      storage.set(":seen", upTo)
      changed()
      void ask("seen", { upTo })
    },
    refreshHome() {
      if (Date.now() - homeAt < 20_000) return
      homeAt = Date.now()
      void askServer(`${server}/home`).then((answer) => {
        if (answer.kind !== "done" || !isHome(answer.body)) {
          homeAt = 0
          return
        }
        state.home = answer.body
        changed()
      })
    },
    draft(text) {
      if (text !== undefined) {
        memoryDraft = text
        if (session()) storage.set(":draft", text)
      }
      return memoryDraft || (session() && storage.get(":draft")) || ""
    },
  }
}

/** As they are shown while the server has not said where they lie. */
export function filesOf({ files = [] }: Outgoing): PublicMessage["files"] {
  return files.map((file) => ({ ...file, voice: file.voice ?? null, width: null, height: null, path: "" }))
}

function page(): { url: string; title: string } {
  return { url: location.href.slice(0, 2_000), title: document.title.slice(0, 300) }
}
