/**
 * Keys by which a website's visitor opens an address that is not named after his browser's own key: from the link in a
 * mail, or by a signed identity. Only hashes are kept.
 */
import { createHash } from "node:crypto"
import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import { newId, type Db, type Tx } from "../db/db.ts"

type Site = { workspaceId: Id; sourceId: Id }
export type Claims = { name: string | null; fields: { name: string; value: string }[] }
export type Opened = {
  value: string
  isByMail: boolean
  /** Of a signed identity, what is still to be noted about it. */
  claims: Claims | null
}

/** The key itself is kept nowhere: whoever reads the database cannot write as a visitor. */
export function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("base64url")
}

/** The value of the address that a key opens which no address is named after, and whether the key came by a mail. */
export async function findOpened(
  db: Db,
  { workspaceId, sourceId }: Site,
  { key, now }: { key: string; now: Stamp },
): Promise<Opened | undefined> {
  const { rows } = await sql<Opened>`/* prepared */
    select value, link_hash is not null as "isByMail", claims from visitor_keys
     where key_hash = ${hashOf(key)} and workspace_id = ${workspaceId} and source_id = ${sourceId}
       and expires_at > ${now}`.execute(db)
  return rows[0]
}

export async function addLink(
  tx: Tx,
  { workspaceId, sourceId }: Site,
  o: { value: string; link: string; at: Stamp; until: Stamp },
): Promise<void> {
  await sql`
    insert into visitor_keys (workspace_id, source_id, id, value, link_hash, created_at, expires_at)
    values (${workspaceId}, ${sourceId}, ${newId()}, ${o.value}, ${hashOf(o.link)}, ${o.at}, ${o.until})`.execute(
    tx,
  )
}

/**
 * Gives the first browser that opens a link a key, which lasts until `until`; the same browser may ask again. Whoever is
 * forwarded a mail that was opened before has nothing. False where the link is over or another has opened it.
 */
export async function openLink(
  db: Db,
  { workspaceId, sourceId }: Site,
  o: { link: string; key: string; now: Stamp; until: Stamp },
): Promise<boolean> {
  const keyHash = hashOf(o.key)
  const { rows } = await sql`
    update visitor_keys set key_hash = ${keyHash}, expires_at = ${o.until}
     where link_hash = ${hashOf(o.link)} and workspace_id = ${workspaceId} and source_id = ${sourceId}
       and expires_at > ${o.now} and (key_hash is null or key_hash = ${keyHash})
    returning id`.execute(db)
  return rows.length > 0
}

/** Which address a link is of, opened or not, as long as it is known. */
export async function findLinked(
  db: Db,
  { workspaceId, sourceId }: Site,
  link: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ value: string }>`
    select value from visitor_keys
     where link_hash = ${hashOf(link)} and workspace_id = ${workspaceId} and source_id = ${sourceId}`.execute(
    db,
  )
  return rows[0]?.value
}

/** Given again it lasts longer. */
export async function addKey(
  tx: Tx,
  { workspaceId, sourceId }: Site,
  o: { value: string; key: string; claims: Claims | null; at: Stamp; until: Stamp },
): Promise<void> {
  const claims = o.claims && JSON.stringify(o.claims)
  await sql`
    insert into visitor_keys (workspace_id, source_id, id, value, key_hash, claims, created_at, expires_at)
    values (${workspaceId}, ${sourceId}, ${newId()}, ${o.value}, ${hashOf(o.key)}, ${claims}, ${o.at}, ${o.until})
    on conflict (key_hash) where key_hash is not null
      do update set expires_at = excluded.expires_at, claims = excluded.claims
      where visitor_keys.workspace_id = excluded.workspace_id and visitor_keys.source_id = excluded.source_id
        and visitor_keys.value = excluded.value and visitor_keys.link_hash is null`.execute(tx)
}

export async function forgetClaims(tx: Tx, key: string): Promise<void> {
  await sql`update visitor_keys set claims = null where key_hash = ${hashOf(key)}`.execute(tx)
}

/** Its browser is done with it. */
export async function endKey(db: Db, { workspaceId, sourceId }: Site, key: string): Promise<void> {
  await sql`
    delete from visitor_keys
     where key_hash = ${hashOf(key)} and workspace_id = ${workspaceId} and source_id = ${sourceId}`.execute(
    db,
  )
}

/** The address has another name from now on, and all that was said with it; not where another has that name. */
export async function renameAddress(
  tx: Tx,
  { workspaceId, sourceId }: Site,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const { rows } = await sql`
    update addresses a set value = ${to}
     where a.workspace_id = ${workspaceId} and a.source_id = ${sourceId} and a.value = ${from}
       and not exists (
         select 1 from addresses other
          where other.workspace_id = ${workspaceId} and other.source_id = ${sourceId} and other.value = ${to})
    returning id`.execute(tx)
  if (rows.length === 0) return
  // What mails of it have opened goes on.
  await sql`
    update visitor_keys set value = ${to}
     where workspace_id = ${workspaceId} and source_id = ${sourceId} and value = ${from}`.execute(tx)
}

/** How many links were made for an address since. */
export async function countLinks(
  tx: Tx,
  { workspaceId, sourceId }: Site,
  { value, since }: { value: string; since: Stamp },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from visitor_keys
     where workspace_id = ${workspaceId} and source_id = ${sourceId} and value = ${value}
       and link_hash is not null and created_at > ${since}`.execute(tx)
  return rows[0]?.count ?? 0
}

/** Ends all that mails have opened, and what they still could. */
export async function endLinks(tx: Tx, { workspaceId, sourceId }: Site, value: string): Promise<void> {
  await sql`
    delete from visitor_keys
     where workspace_id = ${workspaceId} and source_id = ${sourceId} and value = ${value}
       and link_hash is not null`.execute(tx)
}

/** Part of the `trim` job. */
export async function forgetExpired(db: Db, now: Stamp): Promise<void> {
  await sql`delete from visitor_keys where expires_at < ${now}::timestamptz - interval '30 days'`.execute(db)
}
