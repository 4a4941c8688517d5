/** Entries of one conversation stand a microsecond apart at least. Where two would stand in one moment, one of them moves. */
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { justBefore } from "./state.ts"

export type Moved = { id: Id; at: Stamp }

/**
 * Messages that were taken in one transaction are of the same moment in two conversations; in one they cannot be. Those
 * that move give way by microseconds, in their order, and to before: what had been seen stays seen.
 */
export async function giveWay(
  tx: Tx,
  { workspaceId, from, to }: { workspaceId: Id; from: Id; to: Id },
): Promise<Moved[]> {
  const { rows } = await sql<{ id: Id; at: Stamp; isMoving: boolean }>`
    with same as (
      select mine.at from entries mine join entries theirs
          on theirs.workspace_id = mine.workspace_id and theirs.conversation_id = ${to} and theirs.at = mine.at
       where mine.workspace_id = ${workspaceId} and mine.conversation_id = ${from}
    )
    select e.id, e.at, e.conversation_id = ${from} as "isMoving" from entries e
     where e.workspace_id = ${workspaceId} and e.conversation_id in (${from}, ${to})
       and exists (select 1 from same where e.at <= same.at and e.at > same.at - interval '1 millisecond')
     order by e.at desc`.execute(tx)
  const taken = new Set(rows.flatMap(({ at, isMoving }) => (isMoving ? [] : [at])))
  const moves: { id: Id; at: Stamp; to: Stamp }[] = []
  let next: Stamp | undefined
  for (const { id, at, isMoving } of rows) {
    if (!isMoving) continue
    let place = next === undefined || at < next ? at : justBefore(next)
    while (taken.has(place)) place = justBefore(place)
    if (place !== at) moves.push({ id, at, to: place })
    next = place
  }
  // From the first one on, so that none steps on another.
  for (const move of moves.toReversed())
    await sql`
      update entries set at = ${move.to} where workspace_id = ${workspaceId} and id = ${move.id}`.execute(tx)
  return moves.map(({ id, at }) => ({ id, at }))
}

/** They are later now, in the same order: from the last one on, so that none steps on another. */
export async function pushOn(tx: Tx, workspaceId: Id, pushed: readonly Moved[]): Promise<void> {
  for (const { id, at } of pushed.toReversed()) {
    await sql`update entries set at = ${at} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx)
    await sql`update notices set at = ${at} where workspace_id = ${workspaceId} and entry_id = ${id}`.execute(
      tx,
    )
  }
}
