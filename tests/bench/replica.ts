import type { Counts } from "../../protocol/inboxes.ts"
import type { Row } from "../../protocol/rows.ts"
import { countIn, keyOf, openDesk, parse, readerIn, type Sitting } from "./sitting.ts"

const PATIENCE = 30_000

/** A desk's rows, kept up to date by what the stream sends. */
export type Replica = {
  /** Counted from the rows, as the desk does it after each frame. */
  counts(): Counts
  /** Resolves at the first frame after which it holds. */
  until(holds: (counts: Counts) => boolean): Promise<void>
  close(): void
}

export async function openReplica(sitting: Sitting): Promise<Replica> {
  const { agentId } = sitting
  const { heard, socket } = await openDesk(sitting)
  const rows = new Map<string, Row>()
  const watchers = new Set<() => void>()
  for (const { text } of heard) take(text)

  function take(text: string): void {
    const message = parse(text)
    if (message.kind !== "snapshot" && message.kind !== "frame") return
    for (const row of message.rows) if (row.kind !== "entry") rows.set(keyOf(row), row)
    if (message.kind === "frame") for (const row of message.removed) rows.delete(keyOf(row))
  }

  socket.on("message", (data) => {
    take(Buffer.isBuffer(data) ? data.toString() : "")
    for (const look of watchers) look()
  })
  const counts = (): Counts => countIn(rows, readerIn(rows, agentId))
  return {
    counts,
    async until(holds) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const timer = setTimeout(() => reject(new Error("The desk never counted what was expected.")), PATIENCE)
      const look = () => {
        if (holds(counts())) resolve()
      }
      watchers.add(look)
      look()
      try {
        await promise
      } finally {
        clearTimeout(timer)
        watchers.delete(look)
      }
    },
    close: () => socket.terminate(),
  }
}
