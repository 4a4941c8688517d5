/**
 * A thread that is one visitor's tab: it runs the widget's own code, types what the script says, and watches what
 * stands on the screen. It says to the thread that started it what was typed, accepted and seen.
 */
import { parentPort, workerData } from "node:worker_threads"
import { z } from "zod"
import type { VisitorState } from "../../widget/visitor.ts"
import type { Line } from "./check.ts"
import { fileOf } from "./files.ts"
import { makePage } from "./page.ts"
import { createRandom } from "./random.ts"
import { wordsIn } from "./words.ts"

export const script = z.object({
  name: z.string(),
  origin: z.string(),
  sourceId: z.string(),
  storageFile: z.string(),
  seed: z.number(),
  /** The number of the first text. */
  from: z.number(),
  /** Types nothing. */
  isResting: z.boolean(),
  /** Milliseconds between two texts, on average. */
  pause: z.number(),
})
export type Script = z.infer<typeof script>

export type SaidByTab =
  | { kind: "typed"; text: string; files: string[] }
  | { kind: "accepted"; id: string; at: string }
  | { kind: "seen"; id: string }
  | { kind: "complaint"; text: string }
  | { kind: "heard"; word: string }
  | { kind: "connected"; is: boolean }
  | { kind: "state"; isConnected: boolean; waiting: number; known: number }
  | { kind: "lines"; lines: Line[] }
/** `rest`: types nothing more. */
export type SaidToTab = "wake" | "state" | "lines" | "rest"

const MOST_WAITING = 6

if (parentPort !== null) {
  const port = parentPort
  const told = script.parse(workerData)
  const say = (said: SaidByTab): void => port.postMessage(said)
  const random = createRandom(told.seed)
  makePage({ storageFile: told.storageFile })
  overhear(say)
  const { createVisitor } = await import("../../widget/visitor.ts")

  const seen = new Set<string>()
  let { from, isResting } = told
  let isConnected = false

  function watch(state: VisitorState): void {
    const ids = [...state.messages, ...state.outgoing].map(({ id }) => id)
    if (new Set(ids).size < ids.length)
      say({ kind: "complaint", text: `Doubled: ${told.name} shows a message twice.` })
    const times = state.messages.map(({ at }) => at)
    if (times.some((at, place) => at <= (times[place - 1] ?? "")))
      say({ kind: "complaint", text: `Swapped: ${told.name} shows messages in the wrong order.` })
    for (const { id } of state.messages) {
      if (!seen.has(id)) say({ kind: "seen", id })
      seen.add(id)
    }
    if (isConnected !== (state.isConnected === true)) {
      isConnected = !isConnected
      say({ kind: "connected", is: isConnected })
    }
  }

  const visitor = createVisitor({
    origin: told.origin,
    sourceId: told.sourceId,
    language: "en",
    onChange: watch,
  })

  function type(): void {
    if (isResting) return
    setTimeout(type, random.between(0, 2 * told.pause))
    // Nobody goes on and on while nothing is sent.
    const { attached } = visitor.state
    if (visitor.state.outgoing.length >= MOST_WAITING || !areReady(attached)) return
    if (attached.length === 0 && random.chance(0.05))
      return visitor.attach([fileOf(`${told.name} file ${Math.floor(random.number() * 1e9)}`)])
    const text = `${told.name} ${from}`
    from += 1
    say({ kind: "typed", text, files: attached.map(({ name }) => name) })
    visitor.typed(true)
    visitor.say(text)
    const latest = visitor.state.messages.findLast(({ agent }) => agent !== null)
    if (latest && random.chance(0.3)) visitor.saw(latest.at)
  }
  setTimeout(type, random.between(0, told.pause))

  /** One that cannot be uploaded any more (its bytes were the last tab's) is taken off again. */
  function areReady(attached: VisitorState["attached"]): boolean {
    for (const { id, refusal } of attached) if (refusal !== undefined) visitor.detach(id)
    return attached.every(({ received, size }) => received === size)
  }

  async function lines(): Promise<Line[]> {
    for (let pages = 0; visitor.state.hasMore && pages < 100; pages += 1) await visitor.loadOlder()
    return visitor.state.messages.map(({ id, at, text, files }) => ({
      ...{ id, at, text },
      files: files.map(({ name }) => name),
    }))
  }

  port.on("message", (said: SaidToTab) => {
    const { state } = visitor
    if (said === "rest") isResting = true
    else if (said === "wake") dispatchEvent(new Event("online"))
    else if (said === "lines") void lines().then((all) => say({ kind: "lines", lines: all }))
    if (said === "state" || said === "rest")
      say({
        kind: "state",
        isConnected: state.isConnected === true,
        waiting: state.outgoing.length,
        known: state.messages.length,
      })
  })
}

/** What the server answers to a message, and whose words it says, is noted as it comes over the wire. */
function overhear(say: (said: SaidByTab) => void): void {
  const heard = new Set<string>()
  const listen = (text: string): void => {
    for (const word of wordsIn(text)) {
      if (!heard.has(word)) say({ kind: "heard", word })
      heard.add(word)
    }
  }
  globalThis.WebSocket = class extends WebSocket {
    constructor(address: string | URL) {
      super(address)
      this.addEventListener("message", ({ data }) => listen(String(data)))
    }
  }
  const ask = globalThis.fetch
  globalThis.fetch = async (address, request) => {
    const response = await ask(address, request)
    // An answer that breaks off is the widget's to notice.
    response
      .clone()
      .text()
      .then(listen, () => undefined)
    if (response.ok && response.url.endsWith("/messages")) {
      const { id, at } = z.object({ id: z.string(), at: z.string() }).parse(await response.clone().json())
      say({ kind: "accepted", id, at })
    }
    return response
  }
}
