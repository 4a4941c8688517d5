import { sql } from "kysely"
import type { Db } from "../../server/db/db.ts"

/** Everything there is of a workspace, as one text. */
export async function readEverything(db: Db, workspaceId: string): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'workspace_id' order by table_name`.execute(db)
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{ line: string }>`
      select t::text as line from ${sql.table(name)} t where workspace_id = ${workspaceId} order by 1`.execute(
      db,
    )
    texts.push(name, ...rows.map(({ line }) => line))
  }
  return texts.join("\n")
}
