import { createHash } from "node:crypto"
import path from "node:path"
import { Worker } from "node:worker_threads"
import { z } from "zod"
import type { Line } from "./check.ts"
import { readStorage, writeStorage } from "./page.ts"
import type { Random } from "./random.ts"
import type { SaidByTab, SaidToTab, Script } from "./visitor-tab.ts"

type State = Extract<SaidByTab, { kind: "state" }>

export type History = {
  typed: { author: string; text: string; isNote: boolean; files: readonly string[]; to?: string }[]
  accepted: { author: string; id: string; at?: string }[]
  /** What the server said no to, for good. */
  refused: { author: string; id: string }[]
  /** Accepted answers, and which answer was the last when they were written. */
  claims: { author: string; conversationId: string; addressId: string; lastAnswerId: string | null }[]
  /** Customers that agents merged, and made two again. */
  merges: { merged: number; undone: number }
  /** Whose words came over the wire to whom, each once. */
  heard: { by: string; word: string }[]
  seen: { by: string; id: string }[]
  complaints: string[]
}

export type Visitor = {
  name: string
  /** Types nothing more. */
  rest(): Promise<unknown>
  isConnected(): boolean
  /** By `performance.now()`; a tab takes a while to load. */
  openedAt(): number
  /** The tab dies and another one opens on the same storage. */
  reload(): Promise<void>
  state(): Promise<State>
  wake(): void
  /** What the server knows him by. */
  addressValue(): string
  /** All that stands on his screen, scrolled up to the first message. */
  lines(): Promise<Line[]>
  /** The same visitor in a tab that knows nothing but who he is. */
  startFresh(): Visitor
  close(): Promise<void>
}

export type VisitorNeeds = {
  name: string
  folder: string
  origin: string
  sourceId: string
  history: History
  random: Random
  pause: number
  isResting?: boolean
  /** What his browser keeps already. */
  items?: Record<string, string>
}

export function openVisitor(needs: VisitorNeeds): Visitor {
  const { name, folder, origin, sourceId, history, random, pause } = needs
  const storageFile = path.join(folder, `${name}.json`)
  writeStorage(storageFile, needs.items ?? {})
  let typed = 0
  let isResting = needs.isResting ?? false
  let isConnected = false
  let openedAt = 0
  let tab = open()

  function open() {
    isConnected = false
    openedAt = performance.now()
    const workerData: Script = {
      name,
      origin,
      sourceId,
      storageFile,
      seed: Math.floor(random.number() * 2 ** 32),
      from: typed,
      isResting,
      pause,
    }
    const worker = new Worker(path.join(import.meta.dirname, "visitor-tab.ts"), { workerData, execArgv: [] })
    const waiting = new Map<SaidByTab["kind"], (said: SaidByTab) => void>()
    worker.on("message", (said: SaidByTab) => {
      note(said)
      waiting.get(said.kind)?.(said)
      waiting.delete(said.kind)
    })
    worker.on("error", (error) =>
      history.complaints.push(`The tab of ${name} broke: ${error.stack ?? error.message}`),
    )
    const tell = (said: SaidToTab): void => worker.postMessage(said)
    return {
      worker,
      tell,
      ask: (said: SaidToTab, kind: SaidByTab["kind"]) =>
        new Promise<SaidByTab>((resolve) => {
          waiting.set(kind, resolve)
          tell(said)
        }),
    }
  }

  function note(said: SaidByTab): void {
    if (said.kind === "typed") {
      typed += 1
      history.typed.push({ author: name, text: said.text, isNote: false, files: said.files })
    } else if (said.kind === "accepted") history.accepted.push({ author: name, id: said.id, at: said.at })
    else if (said.kind === "connected") isConnected = said.is
    else if (said.kind === "heard") history.heard.push({ by: name, word: said.word })
    else if (said.kind === "seen") history.seen.push({ by: name, id: said.id })
    else if (said.kind === "complaint") history.complaints.push(said.text)
  }

  async function state(question: "state" | "rest" = "state"): Promise<State> {
    const said = await tab.ask(question, "state")
    if (said.kind !== "state") throw new Error("Something else was answered.")
    return said
  }

  /** As the widget keeps it. */
  function session(): { name: string; text: string } {
    const sessionName = `parley:${sourceId}`
    return { name: sessionName, text: readStorage(storageFile)[sessionName] ?? "" }
  }

  return {
    name,
    rest() {
      isResting = true
      return state("rest")
    },
    isConnected: () => isConnected,
    openedAt: () => openedAt,
    async reload() {
      // It dies between two texts, not in one.
      await state("rest")
      await tab.worker.terminate()
      tab = open()
    },
    state: () => state(),
    addressValue() {
      const { key } = z.object({ key: z.string() }).parse(JSON.parse(session().text))
      return createHash("sha256").update(key).digest("base64url")
    },
    wake: () => tab.tell("wake"),
    async lines() {
      const said = await tab.ask("lines", "lines")
      if (said.kind !== "lines") throw new Error("Something else was answered.")
      return said.lines
    },
    startFresh() {
      const { name: item, text } = session()
      return openVisitor({ ...needs, name: `${name}, fresh`, isResting: true, items: { [item]: text } })
    },
    async close() {
      await tab.worker.terminate()
    },
  }
}
