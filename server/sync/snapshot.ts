import { sql } from "kysely"
import type { Row, RowKind } from "../../protocol/rows.ts"
import { snapshot, type Tx } from "../db/db.ts"
import type { Reader } from "./change.ts"
import type { Sources, Sync } from "./open.ts"
import type { Line } from "./session.ts"

/** Rows of one part, at least; the loaders' own pages bound it above. */
const ROWS_A_PART = 100
/** Unsent bytes at which the next part waits; a usual snapshot (5,000 open conversations: 2.6 MB) never does. */
const MOST_UNSENT = 8_000_000
/** The snapshot keeps a database connection while it waits. */
const DRAINED_WITHIN = 10_000

/** Everything a fresh replica of the reader holds, in parts of one moment. False: he reads too slowly. */
export async function sendSnapshot(
  tx: Tx,
  options: { reader: Reader; asOf: number; sources: Sources; line: Line },
): Promise<boolean> {
  const { reader, asOf, sources, line } = options
  const counts = await sources.countsFor(tx, reader)
  const { workspaceId, agentId } = reader
  let waiting: Row[] = []
  let part = 0

  async function send(isLast: boolean): Promise<boolean> {
    if (line.unsent() > MOST_UNSENT && !(await drained(tx, line))) return false
    const first = part === 0 ? { counts } : {}
    line.send(JSON.stringify({ kind: "snapshot", part, isLast, asOf, rows: waiting, ...first }))
    part += 1
    waiting = []
    return true
  }

  for (const loader of sources.loaders()) {
    for await (const ids of loader.snapshot(tx, reader)) {
      const loaded = (await loader.load(tx, workspaceId, ids, [reader])).get(agentId)
      waiting.push(...ids.flatMap((id) => loaded?.get(id) ?? []))
      if (waiting.length >= ROWS_A_PART && !(await send(false))) return false
    }
  }
  return send(true)
}

/** All rows of one kind that the reader sees. */
export async function readRows(sync: Sync, reader: Reader, kind: RowKind): Promise<Row[]> {
  const { workspaceId, agentId } = reader
  return snapshot(sync.db, async (tx) => {
    const rows: Row[] = []
    for (const loader of sync.sources.loaders()) {
      if (loader.kind !== kind) continue
      for await (const ids of loader.snapshot(tx, reader)) {
        const loaded = (await loader.load(tx, workspaceId, ids, [reader])).get(agentId)
        rows.push(...ids.flatMap((id) => loaded?.get(id) ?? []))
      }
    }
    return rows
  })
}

/** Waiting for a slow reader, the transaction says nothing for longer than is usual; it holds no row. */
async function drained(tx: Tx, line: Line): Promise<boolean> {
  await sql`select set_config('idle_in_transaction_session_timeout', ${`${2 * DRAINED_WITHIN}ms`}, true)`.execute(
    tx,
  )
  return line.drained(DRAINED_WITHIN)
}
