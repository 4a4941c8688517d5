import type { WebSocket } from "ws"
import type { Stamp } from "../../protocol/values.ts"
import {
  fromVisitor,
  toVisitor,
  type FromVisitor,
  type HomeAnswer,
  type PublicMessage,
  type ToVisitor,
} from "../../protocol/visitor.ts"
import { visitors } from "../conversations/conversations.ts"
import { findAddress, type AddressRecord } from "../customers/customers.ts"
import { follow, joinAsVisitor, type Sync } from "../sync/sync.ts"
import { openWire } from "./socket.ts"
import type { Website } from "./website.ts"

const LATEST = 50
const MOST_UNSENT = 2_000_000
const MOST_HELLOS = 30
const HELLO_WITHIN = 10_000
/** A visitor's typing is believed this long; his page says it again every five seconds. */
const TYPING_LIFE = 7_000

type Needs = {
  sync: Sync
  addressValueOf: (key: string) => string
  getHome: () => Promise<HomeAnswer>
  /** Bounds how many are welcomed at the same time. */
  inTurn: (work: () => Promise<void>) => Promise<void>
  /** Whether one more stream of this address may be open; if so, how to say that it no longer is. */
  admit: (addressValue: string) => (() => void) | undefined
}
type Hello = Extract<FromVisitor, { kind: "hello" }>
type Joined = { address: AddressRecord; presence: ReturnType<typeof joinAsVisitor> | undefined; stop(): void }

/**
 * One visitor's stream: his own address's messages and nothing else. It resumes from the latest message the browser
 * has, never from the change log; the log only says when to look, and is followed before the first look, so that
 * nothing falls between the two. A message may come twice, with the same id.
 */
export function openVisitorStream(
  { sync, addressValueOf, getHome, inTurn: takeTurn, admit }: Needs,
  o: { socket: WebSocket; website: Website; onGone: () => void },
): { stop(): void } {
  const { workspaceId, id: sourceId } = o.website
  let joined: Joined | undefined
  let page: string | null = null
  let isTyping = false
  let typingTimer: NodeJS.Timeout | undefined
  let hellos = 0
  const asked = new Set<Stamp>()
  /** The latest message he was told of. */
  let toldUpTo: Stamp = ""
  let isOver = false
  let turn: Promise<void> = Promise.resolve()

  const wire = openWire(o.socket, {
    schema: fromVisitor,
    metrics: sync.metrics,
    kind: "visitor",
    onMessage: hear,
    onGone: gone,
  })
  const helloTimer = setTimeout(() => wire.end(), HELLO_WITHIN)
  // The browser answers pings in order, after what was sent before them: a stamp that comes back has arrived.
  o.socket.on("pong", (data) => {
    appear()
    if (data.length > 0) noteDelivered(data.toString())
  })

  function say(message: ToVisitor): void {
    if (isOver) return
    if (wire.unsent() > MOST_UNSENT) return bye("slow")
    // Parsed, so that a field that was not declared can never leave.
    wire.send(JSON.stringify(toVisitor.parse(message)))
  }

  function bye(why: Extract<ToVisitor, { kind: "bye" }>["why"]): void {
    if (isOver) return
    sync.metrics.count("dismissed", { kind: "visitor", why })
    wire.send(JSON.stringify({ kind: "bye", why } satisfies ToVisitor))
    wire.end()
  }

  function hear(message: FromVisitor): void {
    if (message.kind === "ping") say({ kind: "pong" })
    else if (message.kind === "hello") {
      hellos += 1
      clearTimeout(helloTimer)
      if (hellos > MOST_HELLOS) return bye("slow")
      inTurn(() => takeTurn(() => begin(message)))
    } else if (message.kind === "page") page = pathOf(message.page.url)
    else {
      isTyping = message.isTyping
      clearTimeout(typingTimer)
      typingTimer = setTimeout(() => {
        isTyping = false
        appear()
      }, TYPING_LIFE)
    }
    appear()
  }

  /** Agents see that he is there; without a sign of life for PRESENCE_LIFE he is gone. */
  function appear(): void {
    if (!isOver) joined?.presence?.say({ isTyping, page })
  }

  function inTurn(work: () => Promise<void>): void {
    turn = turn.then(async () => {
      if (!isOver) await work()
    })
    turn = turn.catch((error: unknown) => {
      sync.log.error({ err: error, workspaceId, sourceId }, "a visitor's stream failed")
      bye("stopping")
    })
  }

  async function begin(hello: Hello): Promise<void> {
    // He may have gone while others were welcomed.
    if (isOver) return
    leave()
    page = hello.page ? pathOf(hello.page.url) : page
    const home = await getHome()
    const value = addressValueOf(hello.key)
    const address = await findAddress(sync.db, workspaceId, { sourceId, value })
    if (address === undefined)
      return say({
        kind: "welcome",
        isKnown: false,
        messages: [],
        hasMore: false,
        isReset: true,
        unread: 0,
        home,
      })
    const following = await follow(sync, {
      workspaceId,
      keys: new Set([`address:${address.id}`]),
      onChanges: (changes) => {
        const ids = changes.filter(({ kind }) => kind === "entry").map(({ entityId }) => entityId)
        inTurn(async () => {
          await tell(address, ids)
          sync.told("visitor", changes)
        })
      },
      onLost: () => bye("stopping"),
    })
    const release = isOver ? undefined : admit(value)
    if (release === undefined) {
      following.stop()
      return bye("slow")
    }
    const stop = (): void => {
      following.stop()
      release()
    }
    const mine: Joined = { address, presence: undefined, stop }
    joined = mine
    const conversationId = await visitors.findConversationOf(sync.db, {
      workspaceId,
      customerId: address.customerId,
    })
    // Whoever went meanwhile was taken off already, and nobody would take off what begins now.
    if (isOver) return
    if (conversationId !== undefined)
      mine.presence = joinAsVisitor(sync, {
        workspaceId,
        conversationId,
        onAgentTyping: (agentId) => inTurn(() => tellTyping(agentId)),
      })
    appear()
    await welcome(address, hello.after, home)
  }

  async function welcome(address: AddressRecord, after: Stamp | undefined, home: HomeAnswer): Promise<void> {
    const { messages: latest, unread } = await readNews(address, { latest: LATEST + 1 })
    const messages = latest.slice(-LATEST)
    // Resumed only from a message that exists and is among these: else there might be a gap, or another history.
    const isReset = !messages.some(({ at }) => at === after)
    const how = after === undefined ? "first" : isReset ? "anew" : "resumed"
    sync.metrics.count("joined", { kind: "visitor", how })
    const missed = isReset
      ? messages
      : messages.filter((message, index) => message.at > (after ?? "") || index === lastSeen(messages))
    say({
      kind: "welcome",
      isKnown: true,
      messages: missed,
      hasMore: latest.length > LATEST,
      isReset,
      unread,
      home,
    })
    toldUpTo = latestOf(messages) ?? ""
    if (unread > 0) askWhetherArrived(messages)
  }

  async function tell(address: AddressRecord, ids: readonly string[]): Promise<void> {
    const news = await readNews(address, { ids })
    const named = news.messages.filter(({ id }) => ids.includes(id))
    const upTo = latestOf(named) ?? ""
    if (upTo > toldUpTo) toldUpTo = upTo
    // The last one seen may be later than others that are still to be told: were the line cut before those, he would
    // resume behind them. It is told when its own turn comes.
    const messages = news.messages.filter(({ at }) => at <= toldUpTo)
    say({ kind: "messages", messages, unread: news.unread })
    askWhetherArrived(named)
  }

  async function tellTyping(agentId: string | undefined): Promise<void> {
    const [agent = null] =
      agentId === undefined ? [] : await visitors.publicFaces(sync.db, workspaceId, [agentId])
    say({ kind: "typing", agent })
  }

  function readNews(
    { id: addressId }: AddressRecord,
    which: { ids: readonly string[] } | { latest: number },
  ) {
    return visitors.publicNews(sync.db, { workspaceId, addressId, ...which })
  }

  function askWhetherArrived(messages: readonly PublicMessage[]): void {
    const answer = messages.findLast(({ agent }) => agent !== null)
    if (!answer || o.socket.readyState !== o.socket.OPEN) return
    asked.add(answer.at)
    o.socket.ping(answer.at)
  }

  function noteDelivered(upTo: string): void {
    const address = joined?.address
    // A browser may answer what it was never asked.
    if (!asked.delete(upTo) || address === undefined) return
    inTurn(() =>
      visitors.customerSaw(sync, {
        workspaceId,
        addressId: address.id,
        customerId: address.customerId,
        upTo,
        state: "delivered",
      }),
    )
  }

  function leave(): void {
    joined?.stop()
    joined?.presence?.leave()
    joined = undefined
  }

  function gone(): void {
    isOver = true
    clearTimeout(helloTimer)
    clearTimeout(typingTimer)
    leave()
    o.onGone()
  }

  return { stop: () => bye("stopping") }
}

function latestOf(messages: readonly PublicMessage[]): Stamp | undefined {
  return messages.at(-1)?.at
}

function lastSeen(messages: readonly PublicMessage[]): number {
  return messages.findLastIndex(({ agent, isSeen }) => agent === null && isSeen)
}

/** The place on the site without what may be secret in an address's query; null for what is no address. */
function pathOf(url: string): string | null {
  return URL.parse(url)?.pathname ?? null
}
