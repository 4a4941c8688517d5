/**
 * The visitor's side of the dialogue: what he has, what he waits for, what he has seen. The views read `state` and
 * call the functions; they never fetch. The session is made with his first message and not before; only then is
 * anything stored or a stream opened.
 */
import type { Face, FromVisitor, HomeAnswer, PublicMessage, ToVisitor } from "../protocol/visitor.ts"
import type { Attaching } from "./attaching.ts"
import type { Proof } from "./launcher.ts"
import { connect, type Connection } from "./connection.ts"
import { askServer, type Answer } from "./server.ts"
import { filesOf, isOutgoing, openOutbox, type Outgoing, type Sent } from "./outbox.ts"
import { inReach, merge, unreadIn } from "./messages.ts"
import { onMoved, page } from "./place.ts"
import { newKey } from "./secret.ts"
import { readKept, readSession } from "./session.ts"
import { openStorage, readJson, writeJson } from "./storage.ts"
import { isAccepted, isHistory, isHome, type Kept } from "./trust.ts"
import { openWriting, type Unsent } from "./unsent.ts"

export type VisitorState = Unsent & {
  /** Oldest first, without gaps from the first to the last. */
  messages: PublicMessage[]
  outgoing: Outgoing[]
  /** Older messages exist than the first of `messages`. */
  hasMore: boolean
  unread: number
  home: HomeAnswer | undefined
  /** Where answers go that are not seen, mostly hidden; undefined while nobody has said. */
  mailsTo: string | null | undefined
  typing: Face | undefined
  /** undefined before the first attempt is decided. */
  isConnected: boolean | undefined
  /** The browser has no network, or the server has not answered. */
  isOffline: boolean
  seenUpTo: string
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
  /** Answers that are not seen shall go there, too; null: no more. Resolves to what is wrong with it. */
  mailTo(email: string | null): Promise<string | undefined>
  draft(text: string): void
  /** Whether there is a conversation, though it may not have arrived yet. */
  hasWritten(): boolean
  identify(proof: Proof): Promise<string>
  reset(): void
}

const KEPT_MESSAGES = 50
const PLAIN_KEY = 43
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
  const session = () => readSession(storage)
  const server = `${o.origin}/visitor/v1/${o.sourceId}`
  let connection: Connection | undefined
  let typedAt = 0
  let homeAt = 0
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  /** The key of the session that is shown, and who it was proven to be. */
  let shown = session()?.key
  let proven = session()?.user
  let resets = 0
  const kept = readKept(storage, shown) ?? { messages: [], cursor: "" }
  /** Time and id of the latest message that came by the stream. One's own accepted by request may have overtaken an agent's, so it is none to resume from. */
  let cursor = kept.cursor

  const lock = `parley:${o.sourceId}`
  const writing = openWriting({
    ...{ storage, lock, begin, ask },
    address: `${server}/files`,
    key: () => session()?.key,
    onChange: changed,
  })

  const state: VisitorState = {
    messages: kept.messages,
    outgoing: [],
    hasMore: kept.messages.length >= KEPT_MESSAGES,
    unread: 0,
    home: undefined,
    mailsTo: undefined,
    typing: undefined,
    isConnected: undefined,
    isOffline: false,
    seenUpTo: storage.get(":seen") ?? "",
    ...writing.now,
  }

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
    Object.assign(state, writing.now)
    state.unread = unreadIn(state.messages, state.seenUpTo)
    state.isOffline = state.isConnected === false || !navigator.onLine
    o.onChange(state)
  }

  function take(messages: PublicMessage[], isReset = false): void {
    state.messages = isReset ? messages : merge(state.messages, inReach(messages, state))
    const latest: Kept = { messages: state.messages.slice(-KEPT_MESSAGES), cursor, of: shown ?? "" }
    storage.set(":messages", writeJson(latest))
    if (messages.some((message) => message.agent)) state.typing = undefined
    changed()
  }

  /** The server has an address for the key now; only from then on is there a stream to open. */
  function beKnown(): void {
    const mine = session()
    if (!mine) return
    if (!mine.isKnown) storage.set("", writeJson({ ...mine, isKnown: true }))
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

  /** He was erased, or is younger than the backup that was restored: what he writes next makes him known again. */
  function beUnknown(): void {
    const mine = session()
    if (mine) storage.set("", writeJson({ ...mine, isKnown: false }))
    disconnect()
  }

  function disconnect(): void {
    connection?.end()
    connection = undefined
    cursor = ""
    state.isConnected = undefined
  }

  function hello(): FromVisitor {
    const [after, afterId] = cursor.split(" ")
    return {
      kind: "hello",
      key: session()?.key ?? "",
      page: page(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(after && { after, ...(afterId && { afterId }) }),
    }
  }

  function takeFromStream(messages: PublicMessage[], isReset: boolean): void {
    if (isReset) cursor = ""
    for (const { at, id } of messages) if (at > cursor) cursor = `${at} ${id}`
    take(messages, isReset)
  }

  function heard(message: ToVisitor): void {
    if (message.kind === "welcome") {
      state.home = message.home
      state.mailsTo = message.mailsTo
      homeAt = Date.now()
      if (message.isReset || state.messages.length === 0) state.hasMore = message.hasMore
      // A browser that is new to an old conversation believes the server.
      if (message.isReset && !state.seenUpTo)
        state.seenUpTo = message.messages.filter(({ agent }) => agent).at(-1 - message.unread)?.at ?? ""
      takeFromStream(message.messages, message.isReset)
      if (!message.isKnown) beUnknown()
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
    } else if (message.kind === "over") {
      // What waits to be sent is refused then, and the visitor asked.
      storage.remove("")
      follow(true)
    }
  }

  /** The session ended, or another began, here or in another tab: nothing of the one before stands beside it. */
  function follow(isOver = false): void {
    const mine = session()
    if (shown !== undefined && mine?.key !== shown) {
      disconnect()
      const nothing = { messages: [], hasMore: false, seenUpTo: "", mailsTo: undefined, typing: undefined }
      Object.assign(state, nothing)
    }
    // What somebody writes before he logs in stays his.
    const isLeft = proven === undefined ? shown !== undefined && !mine && !isOver : mine?.user !== proven
    if (isLeft) writing.empty()
    shown = mine?.key
    proven = mine?.user
    if (!readKept(storage, shown)) for (const name of [":messages", ":seen"]) storage.remove(name)
    if (mine?.isKnown) beKnown()
    changed()
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
    if (!session()) storage.set("", writeJson({ key: newKey(), isKnown: false }))
    shown = session()?.key
  }

  storage.watch((name, value) => {
    if (name === ":messages") {
      state.messages = merge(state.messages, readKept(storage, shown)?.messages ?? [])
      changed()
    } else if (name === ":seen") {
      const seen = storage.get(name) ?? ""
      if (seen > state.seenUpTo) state.seenUpTo = seen
      changed()
    } else if (name === "") follow()
    else if (name.startsWith(":out:")) {
      writing.sent(readJson(value, isOutgoing)?.text ?? "")
      changed()
    }
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

  onMoved(() => connection?.send({ kind: "page", page: page() }) ?? false)

  const { attaching } = writing
  /** Whoever chooses files is told where it cannot be loaded. */
  const withFiles = (work: (opened: Attaching) => void) => void attaching().then(work, () => {})
  const waiting = outbox.all()
  if (session()?.isKnown) beKnown()
  if (storage.get(":files")) withFiles(() => {})
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
      writing.sent(text)
      typed(false)
      const files = state.attached.map(({ id, name, size, type, voice }) => ({
        ...{ id, name, size, type },
        ...(voice && { voice }),
      }))
      outbox.add({ text, answersProactive, files })
      if (files.length) withFiles((opened) => opened.taken())
    },
    attach: (files) => withFiles((opened) => opened.add(files)),
    detach: (id) => withFiles((opened) => opened.remove(id)),
    attaching,
    attachAgain: (id) => withFiles((opened) => opened.retry(id)),
    retry: outbox.renew,
    remove(id) {
      const files = outbox.all().find((message) => message.id === id)?.files ?? []
      outbox.remove(id)
      if (files.length) withFiles((opened) => opened.putBack(files))
    },
    typed,
    async loadOlder() {
      const before = state.messages[0]?.at
      const asked = shown
      if (!before || !state.hasMore) return
      const answer = await ask("history", { before })
      if (asked !== shown || answer.kind !== "done" || !isHistory(answer.body)) return
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
        if (answer.kind !== "done" || !isHome(answer.body)) return void (homeAt = 0)
        state.home = answer.body
        changed()
      })
    },
    async mailTo(email) {
      const asked = shown
      const answer = await ask("email", { email })
      if (asked !== shown) return undefined
      if (answer.kind !== "done") return answer.kind === "refused" ? answer.refusal : "later"
      const { mailsTo } = Object(answer.body) as { mailsTo?: unknown }
      state.mailsTo = typeof mailsTo === "string" ? mailsTo : null
      changed()
      return undefined
    },
    hasWritten: () => state.messages.length + state.outgoing.length > 0 || session()?.isKnown === true,
    async identify(proof) {
      const begun = resets
      const loaded = await import("./identity.ts").catch(() => undefined)
      if (!loaded) return "later"
      const isOver = () => resets !== begun
      const prove = () => loaded.identify(proof, { storage, server, before: session(), isOver, follow })
      return navigator.locks ? navigator.locks.request(lock, prove) : prove()
    },
    reset() {
      if (shown && shown.length > PLAIN_KEY) void ask("leave", { key: shown })
      for (const name of storage.names("")) storage.remove(name)
      resets += 1
      proven = undefined
      writing.empty()
      follow()
    },
    draft: writing.write,
  }
}
