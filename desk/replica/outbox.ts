/**
 * Sends what agents did, from the one tab that leads. Acts of one conversation go one after the other, those of
 * different conversations side by side; each is repeated with its own id until the server has answered, which
 * makes it happen once. A refused one does not hold up the next: that is judged on its own.
 */
import { z } from "zod"
import type { RefusalBody } from "../../protocol/refusals.ts"
import { laneOf, routeOf, type Pending } from "./act.ts"
import { ask, openPatience, refusalOf, type Patience, type Server } from "./ask.ts"

/** `refusal.refusal` is a code of protocol/refusals.ts, or "offline" where a command that needs the network found none. */
export type Outcome<Answer = { number: number }> =
  | { kind: "done"; answer: Answer }
  | { kind: "refused"; refusal: RefusalBody }

export type OutboxNeeds = {
  server: Server
  /** Sent only while the stream is open, and so while the server knows us as the very agent who wrote. */
  isOpen(): boolean
  pendings(): readonly Pending[]
  /** Replaces one act's record, or takes it out. */
  change(id: string, to: Pending | undefined): void
  /** The server has decided. Resolves when that is stored; until then the lane waits. */
  decided(pending: Pending, outcome: Outcome): Promise<void>
  /** The server knows nobody here any more. */
  onRefused(): void
}

export type Outbox = {
  /** Lets go what is safely stored. */
  release(ids: Iterable<string>): void
  /** The network is back: nothing rests. */
  wake(): void
  close(): void
}

const MOST_AT_ONCE = 4
/** Milliseconds. */
const FIRST_REST = 1_000
const LONGEST_REST = 15_000

/** Whatever else a command answers is kept for who knows it. */
const answer = z.looseObject({ number: z.number().int() })

export function createOutbox(needs: OutboxNeeds): Outbox {
  const released = new Set<string>()
  const sending = new Set<string>()
  const patience = new Map<string, Patience>()
  const resting = new Map<string, { tries: number; timer: ReturnType<typeof setTimeout> | undefined }>()
  let isClosed = false

  function pump(): void {
    if (isClosed || !needs.isOpen()) return
    const seen = new Set<string>()
    for (const pending of needs.pendings()) {
      if (pending.state === "done") continue
      const lane = laneOf(pending.act)
      if (seen.has(lane)) continue
      seen.add(lane)
      const isFree = !sending.has(lane) && resting.get(lane)?.timer === undefined
      if (isFree && sending.size < MOST_AT_ONCE && released.has(pending.act.body.id)) void send(lane, pending)
    }
  }

  async function send(lane: string, pending: Pending): Promise<void> {
    const { id } = pending.act.body
    sending.add(lane)
    needs.change(id, { ...pending, state: "sending" })
    const outcome = await decide(pending)
    if (isClosed) return
    if (outcome.kind === "refused" && isPassing(id, outcome.refusal)) {
      needs.change(id, { ...pending, state: "waiting" })
      rest(lane)
      if (outcome.refusal.refusal === "not-signed-in") needs.onRefused()
    } else {
      resting.delete(lane)
      released.delete(id)
      patience.delete(id)
      await needs.decided(pending, outcome)
    }
    sending.delete(lane)
    pump()
  }

  function isPassing(id: string, { refusal }: RefusalBody): boolean {
    const isPassingNow = patience.get(id) ?? openPatience()
    patience.set(id, isPassingNow)
    return isPassingNow(refusal)
  }

  async function decide({ act }: Pending): Promise<Outcome> {
    try {
      return { kind: "done", answer: await ask(needs.server, { ...routeOf(act), body: act.body, answer }) }
    } catch (error) {
      return { kind: "refused", refusal: refusalOf(error) }
    }
  }

  function rest(lane: string): void {
    const tries = resting.get(lane)?.tries ?? 0
    const pause = Math.min(LONGEST_REST, FIRST_REST * 2 ** tries) * (0.5 + Math.random() / 2)
    const timer = setTimeout(() => {
      resting.set(lane, { tries: tries + 1, timer: undefined })
      pump()
    }, pause)
    resting.set(lane, { tries: tries + 1, timer })
  }

  function stopResting(): void {
    for (const { timer } of resting.values()) clearTimeout(timer)
    resting.clear()
  }

  return {
    release(ids) {
      for (const id of ids) released.add(id)
      pump()
    },
    wake() {
      stopResting()
      pump()
    },
    close() {
      isClosed = true
      stopResting()
    },
  }
}
