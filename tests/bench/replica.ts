import { applyMessage, repaint } from "../../desk/replica/apply.ts"
import { createMemory } from "../../desk/replica/memory.ts"
import type { Counts } from "../../protocol/inboxes.ts"
import { openDesk, parse, type Sitting } from "./sitting.ts"

const PATIENCE = 30_000

/** What a desk has in memory, kept up to date by what the stream sends: the desk's own code, without a screen. */
export type Replica = {
  counts(): Counts
  /** Resolves at the first frame after which it holds. */
  until(holds: (counts: Counts) => boolean): Promise<void>
  close(): void
}

export async function openReplica(sitting: Sitting): Promise<Replica> {
  const { workspaceId, agentId } = sitting
  const { heard, socket } = await openDesk(sitting)
  const memory = createMemory({ workspaceId, agentId })
  const watchers = new Set<() => void>()
  for (const { text } of heard) take(text)

  function take(text: string): void {
    const message = parse(text)
    if (message.kind !== "snapshot" && message.kind !== "frame") return
    if (applyMessage(memory, message) === "gap") throw new Error("The stream left something out.")
    repaint(memory)
  }

  socket.on("message", (data) => {
    take(Buffer.isBuffer(data) ? data.toString() : "")
    for (const look of watchers) look()
  })
  return {
    counts: () => memory.counts,
    async until(holds) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const timer = setTimeout(() => reject(new Error("The desk never counted what was expected.")), PATIENCE)
      const look = () => {
        if (holds(memory.counts)) resolve()
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
