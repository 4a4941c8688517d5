import type { Row, RowKind } from "../../protocol/rows.ts"
import type { Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"

/**
 * `access-changed` names an agent whose keys are others now, or who is disabled: his sessions start anew with a
 * snapshot, or end.
 */
export type ChangeKind = RowKind | "access-changed"

export type Change = {
  number: number
  audience: readonly string[]
  kind: ChangeKind
  entityId: string
  /** When what it says was written, by the installation's clock. */
  at: Stamp
}

/** Keys: `workspace`, `agent:<id>`, `team:<id>` of each of his teams, and `admins` for owners and admins. */
export type Reader = { workspaceId: string; agentId: string; keys: ReadonlySet<string> }

/** How one kind of rows is read; offered by the module that owns them, used for snapshots and live frames alike. */
export type Loader = {
  kind: RowKind
  /** Agent id → id → row. What a reader may not see, or what is gone, is absent. */
  load(
    tx: Tx,
    workspaceId: string,
    ids: readonly string[],
    readers: readonly Reader[],
  ): Promise<Map<string, Map<string, Row>>>
  /** The ids of all that a fresh replica of the reader holds, in pages, the most wanted first. */
  snapshot(tx: Tx, reader: Reader): AsyncIterable<string[]>
}

export function isMeantFor(change: Change, keys: ReadonlySet<string>): boolean {
  return change.audience.some((key) => keys.has(key))
}
