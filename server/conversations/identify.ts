import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { findAddress, visitorKeys } from "../customers/customers.ts"
import type { Db } from "../db/db.ts"
import { uploads } from "../files/files.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { inTurn, mergeOnProof } from "./merge.ts"
import * as ownWords from "./own-words.ts"

type Site = { workspaceId: Id; sourceId: Id }
type Identifying = Site & {
  /** Of the signed identity's address. */
  value: string
  claims: visitorKeys.Claims
  /** What the browser opens it with from now on. */
  key: string
  until: Stamp
  /** The address named after the browser's own key, where it has one. */
  own: string | undefined
  uploaderOf: (value: string) => string
}

/**
 * A browser has proven whose it is: its key opens the one address of that identity, and what it wrote without a name
 * comes along. Where the identity has not written before, the browser's address becomes its address, with all that was
 * said; where both have, their customers are merged and their addresses are one. False where nobody has written yet.
 * Refuses `too-often`.
 */
export async function identify(sync: Sync, o: Identifying): Promise<{ isKnown: boolean }> {
  const { workspaceId, sourceId, value, own } = o
  const site = { workspaceId, sourceId }
  const find = (db: Db, of: string) => findAddress(db, workspaceId, { sourceId, value: of })
  const prove = async (writing: Writing): Promise<{ isKnown: boolean }> => {
    const { tx } = writing
    // Of two browsers that prove the same at the same moment the second finds the first's address.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`identity:${sourceId} ${value}`}, 0))`.execute(
      tx,
    )
    if (own !== undefined) {
      const [his, named] = [await find(tx, own), await find(tx, value)]
      if (his && named) {
        await mergeOnProof(writing, workspaceId, { addressId: named.id, otherId: his.id, areOne: true })
        // What mails of the browser have opened must not open what was said elsewhere.
        await visitorKeys.endLinks(tx, site, own)
      } else await visitorKeys.renameAddress(tx, site, { from: own, to: value })
      await uploads.handOver(tx, workspaceId, { from: o.uploaderOf(own), to: o.uploaderOf(value) })
    }
    const address = await find(tx, value)
    const isKnown = address !== undefined
    await visitorKeys.addKey(tx, site, {
      ...{ value, key: o.key, at: writing.at, until: o.until },
      claims: isKnown ? null : o.claims,
    })
    if (isKnown) await ownWords.note(writing, { workspaceId, customerId: address.customerId }, o.claims)
    return { isKnown }
  }
  const run = () => write(sync, { workspaceId }, prove)
  const isMerging = own !== undefined && (await find(sync.db, own)) !== undefined
  const { isKnown } = await (isMerging ? inTurn(workspaceId, run) : run())
  return { isKnown }
}

/** What an identity said of itself before its first message is noted with that. */
export async function noteClaims(
  sync: Sync,
  { workspaceId, sourceId }: Site,
  { value, key, claims }: { value: string; key: string; claims: visitorKeys.Claims },
): Promise<void> {
  await write(sync, { workspaceId }, async (writing) => {
    const address = await findAddress(writing.tx, workspaceId, { sourceId, value })
    if (address === undefined) return {}
    await ownWords.note(writing, { workspaceId, customerId: address.customerId }, claims)
    await visitorKeys.forgetClaims(writing.tx, key)
    return {}
  })
}
