/**
 * Preloaded into a server under measure (`--import`): answers by IPC how long its event loop stood still at most
 * since it was last asked, and what it holds in memory. Adds one timer and changes nothing else.
 */
import type { ChildProcess } from "node:child_process"
import { monitorEventLoopDelay } from "node:perf_hooks"

export type Watched = {
  /** Milliseconds. */
  longestPause: number
  /** Bytes. */
  resident: number
  heap: number
}

export const WATCH_FLAGS = ["--expose-gc", `--import=${import.meta.filename}`]

const RESOLUTION = 5
/** Gives back to the system what V8 would keep for the next burst, which is no matter of how much is held. */
const ALL = { type: "major", execution: "sync", flavor: "last-resort" } as const

if (process.send !== undefined && process.execArgv.includes(`--import=${import.meta.filename}`)) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  process.on("message", (asked) => {
    if (asked !== "watch" && asked !== "collect") return
    if (asked === "collect") for (let times = 0; times < 4; times += 1) globalThis.gc?.(ALL)
    const { rss, heapUsed } = process.memoryUsage()
    const longestPause = Math.max(0, delay.max / 1e6 - RESOLUTION)
    delay.reset()
    process.send?.({ watched: { longestPause, resident: rss, heap: heapUsed } })
  })
  process.channel?.unref()
}

/** `collect`: after garbage was collected and given back, so that what is counted is what is held. */
export async function watch(child: ChildProcess, how: "watch" | "collect"): Promise<Watched> {
  return new Promise((resolve) => {
    const hear = (said: unknown): void => {
      if (typeof said !== "object" || said === null || !("watched" in said)) return
      child.off("message", hear)
      // Said by the lines above.
      resolve(said.watched as Watched)
    }
    child.on("message", hear)
    child.send(how)
  })
}
