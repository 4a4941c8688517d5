import type { Stamp } from "../../protocol/values.ts"
import {
  toVisitor,
  type FromVisitor,
  type HomeAnswer,
  type PublicMessage,
  type ToVisitor,
} from "../../protocol/visitor.ts"
import { seen, sighted, visitors } from "../conversations/conversations.ts"
import { findAddress } from "../customers/customers.ts"
import { VisitorPresence, type Sync } from "../sync/sync.ts"
import { mostlyHidden } from "./visitor-mail.ts"
import type { Website } from "./website.ts"
import { Wire, type WiredSocket, type WireOptions } from "./wire.ts"

const LATEST = 50
const MOST_UNSENT = 2_000_000
const MOST_HELLOS = 30
const HELLO_WITHIN = 10_000
/** A visitor's typing is believed this long; his page says it again every five seconds. */
const TYPING_LIFE = 7_000
/** Of what is kept of a page's address, and of what a browser says it is. */
const MOST_PATH = 500
const MOST_USER_AGENT = 400

/** What is the same for all visitors. */
export type Needs = {
  sync: Sync
  /** The address a key opens; undefined: none any more. */
  findOpened: (website: Website, key: string) => Promise<{ value: string } | undefined>
  getHome: (website: Website) => Promise<HomeAnswer>
  /** Bounds how many of a website are welcomed at the same time. */
  inTurn: (websiteId: string, work: () => Promise<void>) => Promise<void>
  /** Whether one more stream of this address may be open; if so, `release` says that it no longer is. */
  admit: (websiteId: string, addressValue: string, addressId: string) => boolean
  release: (addressId: string) => void
  onGone: (stream: VisitorStream) => void
  /** The path of a file for its customer. */
  linkOf: (file: { workspaceId: string; id: string }) => string
  wire: WireOptions<FromVisitor>
}
type Hello = Extract<FromVisitor, { kind: "hello" }>
type Joined = {
  addressId: string
  /** None before his first message has made a conversation. */
  presence: VisitorPresence | undefined
}

/**
 * One visitor's stream: his own address's messages and nothing else. It resumes from the latest message the browser
 * has, never from the change log; the log only says when to look, and is followed before the first look, so that
 * nothing falls between the two. A message may come twice, with the same id.
 *
 * Thousands are open and silent, so what each of them holds is counted: no function of its own, no timer that has
 * nothing to wait for, no row of which two fields are needed.
 */
export class VisitorStream {
  readonly #o: Needs
  readonly #website: Website
  readonly #wire: Wire<FromVisitor>
  readonly #userAgent: string | null
  #joined: Joined | undefined
  #page: string | null = null
  #isTyping = false
  #helloTimer: NodeJS.Timeout | undefined
  #typingTimer: NodeJS.Timeout | undefined
  #hellos = 0
  /** What he was asked to answer, so that a browser cannot answer what it never was. */
  #asked: Set<Stamp> | undefined
  /** The latest message he was told of. */
  #toldUpTo: Stamp = ""
  #isOver = false
  #turn: Promise<void> = Promise.resolve()

  constructor(needs: Needs, o: { socket: WiredSocket; website: Website; userAgent: string | undefined }) {
    const { socket, website } = o
    this.#o = needs
    this.#website = website
    this.#userAgent = o.userAgent?.slice(0, MOST_USER_AGENT) ?? null
    this.#wire = new Wire(socket, this, needs.wire)
    this.#helloTimer = setTimeout(() => this.#wire.end(), HELLO_WITHIN)
  }

  stop(): void {
    this.#bye("stopping")
  }

  hear(message: FromVisitor): void {
    if (message.kind === "ping") this.#say({ kind: "pong" })
    else if (message.kind === "hello") {
      this.#hellos += 1
      clearTimeout(this.#helloTimer)
      this.#helloTimer = undefined
      if (this.#hellos > MOST_HELLOS) return this.#bye("slow")
      this.#inTurn(() => this.#o.inTurn(this.#website.id, () => this.#begin(message)))
    } else if (message.kind === "page") {
      this.#page = pathOf(message.page.url)
      if (this.#joined) this.#beSighted(this.#joined.addressId, null)
    } else this.#types(message.isTyping)
    this.#appear()
  }

  #types(isTyping: boolean): void {
    this.#isTyping = isTyping
    clearTimeout(this.#typingTimer)
    this.#typingTimer = setTimeout(() => {
      this.#typingTimer = undefined
      this.#isTyping = false
      this.#appear()
    }, TYPING_LIFE)
  }

  /** A stamp that comes back has arrived. */
  answered(upTo: string): void {
    this.#appear()
    const joined = this.#joined
    if (joined === undefined || this.#asked?.delete(upTo) !== true) return
    if (this.#asked.size === 0) this.#asked = undefined
    const { sync } = this.#o
    const { workspaceId } = this.#website
    const { addressId } = joined
    seen.customerGot(sync, { workspaceId, addressId, upTo }).catch((error: unknown) => {
      // Who has gone is asked again when he is back.
      if (!this.#isOver) this.#fail(error)
    })
  }

  gone(): void {
    this.#isOver = true
    clearTimeout(this.#helloTimer)
    clearTimeout(this.#typingTimer)
    this.#leave()
    this.#o.onGone(this)
  }

  onChanges(changes: Parameters<Sync["told"]>[1]): void {
    const ids = changes.filter(({ kind }) => kind === "entry").map(({ entityId }) => entityId)
    this.#inTurn(async () => {
      // Whose his address is, is another: customers were merged, or are two again.
      const joined = this.#joined
      if (joined && changes.some(({ kind }) => kind === "customer")) {
        const hadConversation = joined.presence !== undefined
        await this.#settle(joined)
        // He was erased: who comes back is somebody new.
        if (hadConversation && joined.presence === undefined) return this.#bye("stopping")
      }
      await this.#tell(ids)
      this.#o.sync.told("visitor", changes)
    })
  }

  onLost(): void {
    this.#bye("stopping")
  }

  onAgentTyping(agentId: string | undefined): void {
    this.#inTurn(async () => {
      const { workspaceId } = this.#website
      const [agent = null] =
        agentId === undefined ? [] : await visitors.publicFaces(this.#o.sync.db, workspaceId, [agentId])
      this.#say({ kind: "typing", agent })
    })
  }

  #say(message: ToVisitor): void {
    if (this.#isOver) return
    if (this.#wire.unsent() > MOST_UNSENT) return this.#bye("slow")
    // Parsed, so that a field that was not declared can never leave.
    this.#wire.send(JSON.stringify(toVisitor.parse(message)))
  }

  #bye(why: Extract<ToVisitor, { kind: "bye" }>["why"]): void {
    if (this.#isOver) return
    this.#o.sync.metrics.count("dismissed", { kind: "visitor", why })
    this.#wire.send(JSON.stringify({ kind: "bye", why } satisfies ToVisitor))
    this.#wire.end()
  }

  /** Agents see that he is there; without a sign of life for PRESENCE_LIFE he is gone. */
  #appear(): void {
    if (!this.#isOver) this.#joined?.presence?.say({ isTyping: this.#isTyping, page: this.#page })
  }

  #inTurn(work: () => Promise<void>): void {
    const turn = this.#turn.then(async () => {
      if (!this.#isOver) await work()
    })
    this.#turn = turn.catch((error: unknown) => this.#fail(error))
  }

  #fail(error: unknown): void {
    const { workspaceId, id: sourceId } = this.#website
    this.#o.sync.log.error({ err: error, workspaceId, sourceId }, "a visitor's stream failed")
    this.#bye("stopping")
  }

  async #begin(hello: Hello): Promise<void> {
    // He may have gone while others were welcomed.
    if (this.#isOver) return
    this.#leave()
    if (hello.page) this.#page = pathOf(hello.page.url)
    const { sync, getHome, findOpened } = this.#o
    const { workspaceId, id: sourceId } = this.#website
    const home = await getHome(this.#website)
    const opened = await findOpened(this.#website, hello.key)
    if (opened === undefined) return this.#say({ kind: "over" })
    const { value } = opened
    const address = await findAddress(sync.db, workspaceId, { sourceId, value })
    if (address === undefined)
      return this.#say({
        kind: "welcome",
        isKnown: false,
        messages: [],
        hasMore: false,
        isReset: true,
        unread: 0,
        home,
        mailsTo: null,
      })
    const { id: addressId, mailTo } = address
    const keys = keysOf(addressId)
    await sync.tail.followKeys(workspaceId, keys, this)
    if (this.#isOver || !this.#o.admit(sourceId, value, addressId)) {
      sync.tail.unfollowKeys(workspaceId, keys, this)
      return this.#bye("slow")
    }
    this.#joined = { addressId, presence: undefined }
    if (!(await this.#settle(this.#joined))) return
    this.#beSighted(addressId, hello.timeZone ?? null)
    await this.#welcome(addressId, hello, {
      home,
      mailsTo: mailTo === null ? null : mostlyHidden(mailTo),
    })
  }

  /** Where agents see him: in the conversation that is his now. False: he went meanwhile. */
  async #settle(joined: Joined): Promise<boolean> {
    const { sync } = this.#o
    const { workspaceId } = this.#website
    const { addressId } = joined
    const conversationId = await visitors.findConversationOf(sync.db, { workspaceId, addressId })
    // Whoever went meanwhile was taken off already, and nobody would take off what begins now.
    if (this.#isOver || this.#joined !== joined) return false
    joined.presence?.leave()
    joined.presence =
      conversationId === undefined
        ? undefined
        : new VisitorPresence(sync, { workspaceId, conversationId, visitor: this })
    this.#appear()
    return true
  }

  #beSighted(addressId: string, timeZone: string | null): void {
    sighted(this.#o.sync, {
      workspaceId: this.#website.workspaceId,
      addressId,
      path: this.#page?.slice(0, MOST_PATH).toWellFormed() ?? null,
      userAgent: this.#userAgent,
      timeZone: timeZone !== null && isTimeZone(timeZone) ? timeZone : null,
    })
  }

  async #welcome(
    addressId: string,
    { after, afterId }: Hello,
    known: { home: HomeAnswer; mailsTo: string | null },
  ): Promise<void> {
    const news = await this.#readNews(addressId, { latest: LATEST + 1 })
    const { messages: latest, unread, joinedAt } = news
    const messages = latest.slice(-LATEST)
    // Resumed only from a message that exists and is among these: else there might be a gap, or another history.
    const isThere = messages.some(({ at, id }) => at === after && id === (afterId ?? id))
    const isReset = !isThere || (after ?? "") <= (joinedAt ?? "")
    const how = after === undefined ? "first" : isReset ? "anew" : "resumed"
    this.#o.sync.metrics.count("joined", { kind: "visitor", how })
    const missed = isReset
      ? messages
      : messages.filter((message, index) => message.at > (after ?? "") || index === lastSeen(messages))
    this.#say({
      kind: "welcome",
      isKnown: true,
      messages: missed,
      hasMore: latest.length > LATEST,
      isReset,
      unread,
      ...known,
    })
    this.#toldUpTo = latestOf(messages) ?? ""
    if (unread > 0) this.#askWhetherArrived(messages)
  }

  async #tell(ids: readonly string[]): Promise<void> {
    // None: he was followed for a moment and then not let in.
    if (this.#joined === undefined) return
    const news = await this.#readNews(this.#joined.addressId, { ids })
    const named = news.messages.filter(({ id }) => ids.includes(id))
    const upTo = latestOf(named) ?? ""
    if (upTo > this.#toldUpTo) this.#toldUpTo = upTo
    // The last one seen may be later than others that are still to be told: were the line cut before those, he would
    // resume behind them. It is told when its own turn comes.
    const messages = news.messages.filter(({ at }) => at <= this.#toldUpTo)
    this.#say({ kind: "messages", messages, unread: news.unread })
    this.#askWhetherArrived(named)
  }

  #readNews(addressId: string, which: { ids: readonly string[] } | { latest: number }) {
    const { workspaceId } = this.#website
    const { db } = this.#o.sync
    const linkOf = (fileId: string) => this.#o.linkOf({ workspaceId, id: fileId })
    return visitors.publicNews(db, { workspaceId, addressId, linkOf, ...which })
  }

  #askWhetherArrived(messages: readonly PublicMessage[]): void {
    const answer = messages.findLast(({ agent }) => agent !== null)
    if (answer === undefined) return
    this.#asked = (this.#asked ?? new Set()).add(answer.at)
    this.#wire.ask(answer.at)
  }

  #leave(): void {
    const joined = this.#joined
    this.#joined = undefined
    if (joined === undefined) return
    this.#o.sync.tail.unfollowKeys(this.#website.workspaceId, keysOf(joined.addressId), this)
    this.#o.release(joined.addressId)
    joined.presence?.leave()
  }
}

function keysOf(addressId: string): readonly string[] {
  return [`address:${addressId}`]
}

function latestOf(messages: readonly PublicMessage[]): Stamp | undefined {
  return messages.at(-1)?.at
}

function lastSeen(messages: readonly PublicMessage[]): number {
  return messages.findLastIndex(({ agent, isSeen }) => agent === null && isSeen)
}

/** Browsers are believed only in what the agents' browsers will understand. */
function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }))
  } catch {
    return false
  }
}

/**
 * The place on the site without what may be secret in an address's query; null for what is no address. A copy: a mere
 * part would keep the whole address in memory.
 */
function pathOf(url: string): string | null {
  const path = URL.parse(url)?.pathname
  return path === undefined ? null : Buffer.from(path).toString()
}
