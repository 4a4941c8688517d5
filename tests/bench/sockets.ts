import { once } from "node:events"
import { WebSocket } from "ws"
import type { Part } from "./figure.ts"
import { startBare } from "./load-bare.ts"
import { openVisitorSockets } from "./load-sockets.ts"
import { watch, WATCH_FLAGS } from "./load-watch.ts"
import { makeCompanies } from "./load-world.ts"

/** What has come at once is gone from the buffers, and two signs of life have been given. */
const SETTLE = 13_000

/** Sockets opened before anything is measured: what is loaded and compiled with them is no socket's. */
const WARM = 200

/** What a visitor who has his page open and says nothing costs, beside a socket that nobody knows anything of. */
export const sockets: Part = {
  name: "sockets",
  async run(bench) {
    const count = bench.isShort ? 30 : 5_000
    const settle = bench.isShort ? 200 : SETTLE
    const databaseUrl = await bench.emptyDatabase()
    const parley = await bench.startParley({ databaseUrl, nodeFlags: WATCH_FLAGS })
    const [company] = await makeCompanies(databaseUrl, { companies: 1, agents: 1, visitors: count + WARM })
    if (company === undefined) throw new Error("There is no company.")
    const visitors = company.visitors.slice(0, count)
    const first = await openVisitorSockets(parley.url, company, { visitors: company.visitors.slice(count) })
    const before = await watch(parley.process, "collect")
    const opened = await openVisitorSockets(parley.url, company, { visitors })
    await new Promise((resolve) => setTimeout(resolve, settle))
    const grown = await watch(parley.process, "watch")
    const after = await watch(parley.process, "collect")
    for (const { close } of [...first, ...opened]) close()
    await parley.stop()
    const bare = await measureBare(count, settle)
    const value = (after.resident - before.resident) / count / 1024
    const ratio = value / bare.resident
    return [
      {
        name: `memory of an idle visitor, ${count.toLocaleString("en-GB")} of them`,
        value,
        unit: "KB",
        floor: bare.resident,
        ratio,
        ratioIs: "value/floor",
        aim: { what: "≤ 2 times a bare socket", isMet: ratio <= 2 },
        note: `resident memory, once V8 has given back what it keeps to be quick (before: ${((grown.resident - before.resident) / count / 1024).toFixed(1)} KB); of it on the heap ${((after.heap - before.heap) / count / 1024).toFixed(1)} KB, of the bare socket ${bare.heap.toFixed(1)} KB`,
      },
    ]
  },
}

async function measureBare(count: number, settle: number): Promise<{ resident: number; heap: number }> {
  const bare = await startBare()
  try {
    const open = async (): Promise<WebSocket> => {
      const socket = new WebSocket(bare.url, { perMessageDeflate: false })
      await once(socket, "open")
      return socket
    }
    const first = await Promise.all(Array.from({ length: WARM }, open))
    const before = await watch(bare.process, "collect")
    const opened: WebSocket[] = []
    while (opened.length < count)
      opened.push(...(await Promise.all(Array.from({ length: Math.min(50, count - opened.length) }, open))))
    await new Promise((resolve) => setTimeout(resolve, settle))
    const after = await watch(bare.process, "collect")
    for (const socket of [...first, ...opened]) socket.terminate()
    return {
      resident: (after.resident - before.resident) / count / 1024,
      heap: (after.heap - before.heap) / count / 1024,
    }
  } finally {
    await bare.stop()
  }
}
