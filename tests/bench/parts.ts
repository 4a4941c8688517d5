import { browser } from "./browser.ts"
import { bytes } from "./bytes.ts"
import type { Part } from "./figure.ts"
import { latency } from "./latency.ts"
import { reconnect } from "./reconnect.ts"
import { sockets } from "./sockets.ts"
import { start } from "./start.ts"
import { throughput } from "./throughput.ts"

/** In the order in which they run. */
export const parts: Part[] = [throughput, latency, sockets, reconnect, start, browser, bytes]
