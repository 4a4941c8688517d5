import { PROTOCOL, type FromDesk, type ToDesk } from "../../protocol/stream.ts"
import { snapshot, stamp, type Tx } from "../db/db.ts"
import type { Reader } from "./change.ts"
import { bringForward, readLogOf, readNow, type FrameText, type Recipient } from "./frame.ts"
import type { Sync } from "./open.ts"
import { sendSnapshot } from "./snapshot.ts"
import type { Room } from "./stream.ts"

/** A client further behind gets a snapshot: it is the smaller answer. */
const MOST_BEHIND = 20_000
/** Unsent bytes at which a reader is too slow to wait for. */
const MOST_UNSENT = 16_000_000
const HELLO_WITHIN = 10_000
const MOST_HELLOS_A_MINUTE = 20
/** A disabled agent loses his session within ten seconds even if nobody told this process. */
const CHECK_EVERY = 8_000

/** The wire, whatever it is. */
export type Line = {
  send(text: string): void
  /** Bytes that were sent and have not left. */
  unsent(): number
  /** Resolves to false when they have not left in time. */
  drained(milliseconds: number): Promise<boolean>
  end(): void
}

type Bye = Extract<ToDesk, { kind: "bye" }>["why"]
type Viewing = Extract<FromDesk, { kind: "viewing" }>
type Hello = Extract<FromDesk, { kind: "hello" }>

/**
 * One agent's connection: waits for his hello, resumes him or sends a snapshot, then passes on what happens.
 * `hear` what he says, and say `gone` when the wire is cut.
 */
export function openAgentSession(
  sync: Sync,
  options: { line: Line; workspaceId: string; agentId: string; stillSignedIn: () => Promise<boolean> },
): { hear(message: FromDesk): void; gone(): void } {
  const session = new Session(sync, options)
  return { hear: (message) => session.hear(message), gone: () => session.close() }
}

export class Session implements Recipient {
  readonly workspaceId: string
  readonly agentId: string
  readonly #sync: Sync
  readonly #line: Line
  readonly #room: Room
  readonly #stillSignedIn: () => Promise<boolean>
  readonly #helloTimer: NodeJS.Timeout
  readonly #checkTimer: NodeJS.Timeout
  #reader: Reader
  #turn = 0
  #position = 0
  /** The cursor his client has. It trails `position` while nothing concerns him. */
  #told = 0
  #state: "waiting" | "joining" | "live" | "over" = "waiting"
  #next: Hello | "snapshot" | undefined
  #hellos: number[] = []
  /** What he said he shows before he was live: his keys were not known yet. */
  #viewing: Viewing | undefined

  constructor(
    sync: Sync,
    options: { line: Line; workspaceId: string; agentId: string; stillSignedIn: () => Promise<boolean> },
  ) {
    this.#sync = sync
    this.#line = options.line
    this.workspaceId = options.workspaceId
    this.agentId = options.agentId
    this.#stillSignedIn = options.stillSignedIn
    this.#reader = { workspaceId: this.workspaceId, agentId: this.agentId, keys: new Set() }
    this.#helloTimer = setTimeout(() => this.close(), HELLO_WITHIN)
    this.#checkTimer = setInterval(() => void this.check(), CHECK_EVERY)
    this.#room = sync.streams.enter(this)
  }

  get reader(): Reader {
    return this.#reader
  }

  get position(): number {
    return this.#position
  }

  get turn(): number {
    return this.#turn
  }

  get isLive(): boolean {
    return this.#state === "live"
  }

  hear(message: FromDesk): void {
    if (this.#state === "over") return
    if (message.kind === "ping") this.#say({ kind: "pong" })
    else if (message.kind === "hello") this.#hello(message)
    else if (this.#state === "live") this.#sync.presence.view(this, message)
    else this.#viewing = message
  }

  #hello(message: Hello): void {
    clearTimeout(this.#helloTimer)
    if (message.protocol !== PROTOCOL) return this.bye("protocol")
    const now = performance.now()
    this.#hellos = [...this.#hellos.filter((at) => now - at < 60_000), now]
    if (this.#hellos.length > MOST_HELLOS_A_MINUTE) return this.bye("slow")
    this.#join(message)
  }

  restart(turn: number): void {
    if (turn === this.#turn) this.#join("snapshot")
  }

  /** One at a time: what is asked meanwhile replaces what was asked before and comes next. */
  #join(how: Hello | "snapshot"): void {
    if (this.#state === "over") return
    this.#next = how
    this.#turn += 1
    if (this.#state === "joining") return
    this.#state = "joining"
    this.#joinAll().catch((error: unknown) => {
      this.#sync.log.error(
        { err: error, workspaceId: this.workspaceId, agentId: this.agentId },
        "a session failed",
      )
      this.bye("stopping")
    })
  }

  async #joinAll(): Promise<void> {
    // Followed before anything is read, so that what is committed after the reading is seen.
    await this.#room.isFollowing()
    while (this.#next !== undefined && !this.#isOver()) {
      const how = this.#next
      this.#next = undefined
      await this.#sync.streams.takeTurn(() => this.#begin(how))
      if (!this.#isOver() && this.#next === undefined) await this.#catchUp()
    }
    if (this.#isOver()) return
    this.#sync.presence.greet(this)
    if (this.#viewing !== undefined) this.#sync.presence.view(this, this.#viewing)
    this.#viewing = undefined
  }

  /** Everything is decided in one snapshot of the database: the keys, whether the log reaches back, and the rows. */
  async #begin(how: Hello | "snapshot"): Promise<void> {
    if (this.#isOver()) return
    const { epoch } = this.#sync.database
    await snapshot(this.#sync.db, async (tx) => {
      const cursor = how !== "snapshot" && how.epoch === epoch ? how.cursor : undefined
      const from = cursor ?? Number.MAX_SAFE_INTEGER
      const now = await readNow(tx, this.workspaceId, { from, accessAfter: from })
      const reader = await this.#sync.sources.findReader(tx, this.workspaceId, this.agentId)
      if (reader === undefined) return this.bye("signed-out")
      this.#reader = reader
      const isResumed =
        cursor !== undefined &&
        now.isWhole &&
        cursor <= now.number &&
        now.number - cursor <= MOST_BEHIND &&
        !now.accessChanged.has(this.agentId)
      this.#sync.metrics.count("joined", { kind: "agent", how: howItBegan(how, isResumed) })
      if (how !== "snapshot") this.#welcome(epoch, isResumed)
      if (isResumed) this.#position = this.#told = cursor
      else await this.#giveSnapshot(tx, now.number)
    })
  }

  #welcome(epoch: string, resumed: boolean): void {
    const { workspaceId, agentId } = this
    this.#say({ kind: "welcome", epoch, agentId, workspaceId, resumed, now: stamp(this.#sync.clock.now()) })
  }

  async #giveSnapshot(tx: Tx, asOf: number): Promise<void> {
    const isFast = await sendSnapshot(tx, {
      reader: this.#reader,
      asOf,
      sources: this.#sync.sources,
      line: this.#line,
    })
    if (!isFast) this.bye("slow")
    this.#position = this.#told = asOf
  }

  /** From where the session stands to where the room stands; from there on the room takes it along. */
  async #catchUp(): Promise<void> {
    while (!this.#isOver() && this.#next === undefined) {
      const { position: upTo, changes } = this.#room.since(this.#position)
      if (this.#position >= upTo) {
        this.#state = "live"
        this.tellPosition()
        return
      }
      const batch =
        changes === undefined
          ? await readLogOf(this.#sync, this.#reader, { from: this.#position, upTo })
          : { changes, upTo }
      await this.#sync.streams.takeTurn(() =>
        bringForward(this.#sync, { workspaceId: this.workspaceId, ...batch }, [this]),
      )
    }
  }

  sendFrame(turn: number, { upTo, asOf, rows, removed }: FrameText): void {
    if (this.#isOver() || turn !== this.#turn || upTo <= this.#told) return
    this.#write(
      `{"kind":"frame","after":${this.#told},"upTo":${upTo},"asOf":${asOf},"rows":[${rows.join(",")}],"removed":${JSON.stringify(removed)}}`,
    )
    this.#position = this.#told = upTo
  }

  skipTo(upTo: number): void {
    this.#position = Math.max(this.#position, upTo)
    if (this.isLive) this.#room.isBehind()
  }

  /** Tells the client that it has seen everything so far, though nothing of it was for it. */
  tellPosition(): void {
    if (this.isLive && this.#told < this.#position)
      this.sendFrame(this.#turn, { upTo: this.#position, asOf: this.#position, rows: [], removed: [] })
  }

  /** Asks whether he may still be here; ends the session if not. */
  async check(): Promise<void> {
    try {
      if (!(await this.#stillSignedIn())) this.bye("signed-out")
    } catch (error) {
      this.#sync.log.warn({ err: error, agentId: this.agentId }, "a session could not be checked")
    }
  }

  say(message: ToDesk): void {
    if (this.isLive) this.#say(message)
  }

  #say(message: ToDesk): void {
    this.#write(JSON.stringify(message))
  }

  #write(text: string): void {
    if (this.#isOver()) return
    if (this.#line.unsent() > MOST_UNSENT) return this.bye("slow")
    this.#line.send(text)
  }

  bye(why: Bye): void {
    if (this.#isOver()) return
    this.#sync.metrics.count("dismissed", { kind: "agent", why })
    this.#line.send(JSON.stringify({ kind: "bye", why } satisfies ToDesk))
    this.close()
  }

  #isOver(): boolean {
    return this.#state === "over"
  }

  close(): void {
    if (this.#isOver()) return
    this.#state = "over"
    clearTimeout(this.#helloTimer)
    clearInterval(this.#checkTimer)
    this.#line.end()
    this.#sync.presence.leave(this)
    this.#sync.streams.leave(this)
  }
}

function howItBegan(how: Hello | "snapshot", isResumed: boolean): string {
  if (isResumed) return "resumed"
  return how !== "snapshot" && how.cursor === undefined ? "first" : "anew"
}
