import { browser } from "./browser.ts"
import { bytes } from "./bytes.ts"
import { counts } from "./counts.ts"
import { desk } from "./desk.ts"
import type { Part } from "./figure.ts"
import { latency } from "./latency.ts"
import { reconnect } from "./reconnect.ts"
import { search } from "./search.ts"
import { sockets } from "./sockets.ts"
import { start } from "./start.ts"
import { throughput } from "./throughput.ts"
import { timeline } from "./timeline.ts"

/** In the order in which they run. */
export const parts: Part[] = [
  throughput,
  latency,
  sockets,
  reconnect,
  start,
  desk,
  counts,
  timeline,
  search,
  browser,
  bytes,
]
