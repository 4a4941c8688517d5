import { sql } from "kysely"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { sourceRow } from "../../protocol/rows.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import { newId, type Db, type Tx } from "../db/db.ts"
import type { Loader } from "../sync/sync.ts"
import type { SourceRecord, SourceSettings } from "./contract.ts"

type StoredSource = Omit<SourceRecord, "settings" | "secrets"> & { settings: unknown; secrets: unknown }

const storedSecrets = z.record(z.string(), z.string())

const columns = sql`
  workspace_id as "workspaceId", id, channel, name, team_id as "teamId", settings, secrets,
  fetched_until as "fetchedUntil", created_at as "createdAt"`

function parseStored(stored: StoredSource): SourceRecord {
  return {
    ...stored,
    settings: sourceRow.shape.settings.parse(stored.settings),
    secrets: storedSecrets.parse(stored.secrets),
  }
}

/** Ids of sources are unique across workspaces: a webhook or a website names nothing else. */
export async function findSource(
  db: Db,
  sourceId: Id,
  { forUpdate = false } = {},
): Promise<SourceRecord | undefined> {
  const lock = forUpdate ? sql`for update` : sql``
  const { rows } = await sql<StoredSource>`/* prepared */
    select ${columns} from sources where id = ${sourceId} ${lock}`.execute(db)
  return rows[0] && parseStored(rows[0])
}

type NewSource = { workspaceId: Id; id: Id; teamId: Id; name: string; at: Stamp }

/** Refuses `invalid-input` where the id is taken, in whatever workspace. */
export async function insertSource(
  tx: Tx,
  source: NewSource & { settings: SourceSettings; secrets: Record<string, string> },
): Promise<void> {
  const { settings, secrets } = source
  const { rows } = await sql`
    insert into sources (workspace_id, id, channel, name, team_id, settings, secrets, created_at)
    values (${source.workspaceId}, ${source.id}, ${settings.channel}, ${source.name}, ${source.teamId},
            ${JSON.stringify(settings)}, ${JSON.stringify(secrets)}, ${source.at})
    on conflict do nothing returning id`.execute(tx)
  if (rows.length === 0) throw refuse("invalid-input")
}

export async function updateSource(tx: Tx, source: SourceRecord): Promise<void> {
  await sql`
    update sources
    set name = ${source.name}, team_id = ${source.teamId},
        settings = ${JSON.stringify(source.settings)}, secrets = ${JSON.stringify(source.secrets)}
    where workspace_id = ${source.workspaceId} and id = ${source.id}`.execute(tx)
}

/** The website source every workspace begins with; the caller records the change if anybody could be looking. */
export async function makeWebsiteSource(tx: Tx, o: Omit<NewSource, "id"> & { id?: Id }): Promise<Id> {
  const id = o.id ?? newId()
  await insertSource(tx, { ...o, id, settings: newWebsite, secrets: {} })
  return id
}

export const newWebsite: SourceSettings = {
  channel: "web-chat",
  greeting: "Hello! How can we help?",
  title: "",
  replyLine: "",
  theme: "page",
  logo: null,
  accent: "#2457d6",
  proactive: null,
  side: "end",
  domains: [],
  identity: null,
}

/** Every agent of the workspace sees every source: lists are filtered by them. */
export const sourceLoader: Loader = {
  kind: "source",
  async load(tx, workspaceId, ids, readers) {
    const { rows } = await sql<StoredSource>`
      select ${columns} from sources
      where workspace_id = ${workspaceId} and id = any(${[...ids]}::uuid[])`.execute(tx)
    const found = new Map(
      rows.map((stored) => {
        const { id, channel, name, teamId, settings } = parseStored(stored)
        return [id, { kind: "source" as const, id, channel, name, teamId, settings }]
      }),
    )
    return new Map(readers.map((reader) => [reader.agentId, found]))
  },
  async *snapshot(tx, reader) {
    const { rows } = await sql<{ id: Id }>`
      select id from sources where workspace_id = ${reader.workspaceId} order by id`.execute(tx)
    yield rows.map(({ id }) => id)
  },
}
