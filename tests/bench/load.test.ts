import { expect, inject, test } from "vitest"
import { latency } from "./latency.ts"
import { runPart } from "./open.ts"
import { openPostgres } from "./postgres.ts"
import { reconnect } from "./reconnect.ts"
import { sockets } from "./sockets.ts"
import { throughput } from "./throughput.ts"

// Each throws where a message that was accepted is missing on the other side or in the tables.
test.each([throughput, latency, sockets, reconnect])(
  "the part $name measures a real server, tiny",
  { timeout: 60_000 },
  async (part) => {
    const postgres = await openPostgres({ serverUrl: inject("postgres").serverUrl })
    const figures = await runPart(part, postgres, { isShort: true, sizes: [], say: () => undefined })
    expect(figures).not.toHaveLength(0)
    for (const { name, value, floor = 1, ratio = 1 } of figures) {
      // What so few sockets hold is lost in the noise of all that is resident.
      const least = part === sockets ? -Infinity : 0
      for (const number of [value, floor, ratio]) expect(number, name).toBeGreaterThan(least)
    }
  },
)
