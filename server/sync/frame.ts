import { sql } from "kysely"
import type { Row, RowKind } from "../../protocol/rows.ts"
import { snapshot, type Tx } from "../db/db.ts"
import { isMeantFor, type Change, type Loader, type Reader } from "./change.ts"
import type { Sync } from "./open.ts"

/** A session as the stream sees it. */
export type Recipient = {
  readonly reader: Reader
  /** Up to which change he has been dealt with. */
  readonly position: number
  /** Another number each time he starts from somewhere else: what was read for an earlier turn is void. */
  readonly turn: number
  sendFrame(turn: number, frame: FrameText): void
  /** Nothing up to here concerns him. */
  skipTo(upTo: number): void
  /** His keys are others now, or the log no longer reaches back to him: he needs a snapshot. */
  restart(turn: number): void
}

/** `rows` are JSON texts: what several recipients get is made into text once. */
export type FrameText = { upTo: number; asOf: number; rows: readonly string[]; removed: readonly Removed[] }

export type Removed = { kind: RowKind; id: string }
type Concern = { turn: number; things: Removed[] }
export type Batch = { workspaceId: string; changes: readonly Change[]; upTo: number }

/**
 * Brings recipients forward to `upTo`: what changed for any of them is read once, in one snapshot of the
 * database, for all. Who was considered for a thing and may not see it (any more) is told its id and no more.
 */
export async function bringForward(
  sync: Sync,
  batch: Batch,
  recipients: readonly Recipient[],
): Promise<void> {
  const { workspaceId, changes, upTo } = batch
  const concerned = new Map<Recipient, Concern>()
  for (const recipient of recipients) {
    const { turn } = recipient
    const mine = changes.filter((change) => concerns(change, recipient))
    if (mine.some((change) => change.kind === "access-changed")) recipient.restart(turn)
    else if (mine.length === 0) recipient.skipTo(upTo)
    else concerned.set(recipient, { turn, things: thingsOf(mine) })
  }
  if (concerned.size === 0) return
  await snapshot(sync.db, async (tx) => {
    const from = Math.min(...[...concerned.keys()].map((recipient) => recipient.position))
    const [now, rows] = await Promise.all([
      readNow(tx, workspaceId, { from, accessAfter: upTo }),
      loadAll(tx, workspaceId, sync.sources.loaders(), concerned),
    ])
    for (const [recipient, { turn }] of concerned) {
      // The database is ahead of this batch: the keys he had are not those of what is read now.
      if (!now.isWhole || now.accessChanged.has(recipient.reader.agentId)) {
        recipient.restart(turn)
        concerned.delete(recipient)
      }
    }
    const text = textOnce()
    for (const [recipient, { turn, things }] of concerned) {
      const found: string[] = []
      const removed: Removed[] = []
      for (const { kind, id } of things) {
        const row = rows.get(kind)?.get(recipient.reader.agentId)?.get(id)
        if (row === undefined) removed.push({ kind, id })
        else found.push(text(row))
      }
      recipient.sendFrame(turn, { upTo, asOf: now.number, rows: found, removed })
    }
  })
}

function concerns(change: Change, { position, reader }: Recipient): boolean {
  if (change.number <= position) return false
  if (change.kind === "access-changed") return change.entityId === reader.agentId
  return isMeantFor(change, reader.keys)
}

/** Each thing once, in the order of its last change. */
function thingsOf(changes: readonly Change[]): Removed[] {
  const found = new Map<string, Removed>()
  for (const { kind, entityId } of changes) {
    if (kind === "access-changed") continue
    const key = `${kind} ${entityId}`
    found.delete(key)
    found.set(key, { kind, id: entityId })
  }
  return [...found.values()]
}

type Loaded = Map<RowKind, Map<string, Map<string, Row>>>

async function loadAll(
  tx: Tx,
  workspaceId: string,
  loaders: readonly Loader[],
  concerned: ReadonlyMap<Recipient, Concern>,
): Promise<Loaded> {
  const wanted = new Map<RowKind, { ids: Set<string>; readers: Map<string, Reader> }>()
  for (const [{ reader }, { things }] of concerned) {
    for (const { kind, id } of things) {
      const those = wanted.get(kind) ?? { ids: new Set(), readers: new Map() }
      wanted.set(kind, those)
      those.ids.add(id)
      those.readers.set(reader.agentId, reader)
    }
  }
  const loading = [...wanted].map(async ([kind, { ids, readers }]) => {
    const loader = loaders.find((one) => one.kind === kind)
    if (loader === undefined) throw new Error(`Nobody loads rows of the kind ${kind}.`)
    return [kind, await loader.load(tx, workspaceId, [...ids], [...readers.values()])] as const
  })
  return new Map(await Promise.all(loading))
}

function textOnce(): (row: Row) => string {
  const texts = new Map<Row, string>()
  return (row) => {
    const text = texts.get(row) ?? JSON.stringify(row)
    texts.set(row, text)
    return text
  }
}

/**
 * Where the log stands in this snapshot; whether it is whole after `from`, that is, trimming has not begun to
 * eat what somebody is about to be told; and whose keys changed after `accessAfter`.
 */
export async function readNow(
  tx: Tx,
  workspaceId: string,
  { from, accessAfter }: { from: number; accessAfter: number },
): Promise<{ number: number; isWhole: boolean; accessChanged: ReadonlySet<string> }> {
  const { rows } = await sql<{ number: number; oldest: number; accessChanged: string[] }>`/* prepared */
    select number, oldest, array(
             select entity_id from changes
              where changes.workspace_id = counters.workspace_id and changes.number > ${accessAfter}
                and changes.kind = 'access-changed') as "accessChanged"
      from counters where workspace_id = ${workspaceId}`.execute(tx)
  const { number, oldest, accessChanged } = rows[0] ?? { number: 0, oldest: 0, accessChanged: [] }
  return { number, isWhole: oldest <= from, accessChanged: new Set(accessChanged) }
}

/** What concerns one reader after `from`, up to `upTo` or to where the page ends: resumes that reach back further than memory. */
export async function readLogOf(
  sync: Sync,
  reader: Reader,
  { from, upTo }: { from: number; upTo: number },
): Promise<{ changes: Change[]; upTo: number }> {
  const most = 1_000
  const { rows } = await sql<Change>`
    select number, audience, kind, entity_id as "entityId", at from changes
     where workspace_id = ${reader.workspaceId} and number > ${from} and number <= ${upTo}
       and (audience && ${[...reader.keys]}::text[] or (kind = 'access-changed' and entity_id = ${reader.agentId}))
     order by number limit ${most}`.execute(sync.db)
  const last = rows.at(-1)
  return { changes: rows, upTo: rows.length === most && last !== undefined ? last.number : upTo }
}
