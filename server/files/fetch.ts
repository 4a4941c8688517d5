import { sql } from "kysely"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { download, FileRefused, type Access } from "./download.ts"
import { sniff } from "./kind.ts"
import { measure } from "./picture.ts"
import type { FileRecord, Found } from "./record.ts"
import type { FileStore } from "./store.ts"

export { FileRefused, follow } from "./download.ts"
export { isPublicAddress, type FindAddresses } from "./network.ts"

/** Twice what carriers let through in an MMS. */
const mostBytes = 10 * 1024 * 1024

type Fetched = Found & { name: string; size: number; sha256: string }

type Expected = Pick<FileRecord, "workspaceId" | "id" | "name" | "type"> & {
  entryId: Id
  sourceId: Id
  remote: string
  at: Stamp
}

/** A file that is still at its provider. Call it in the transaction that writes the entry. */
export async function expectFile(tx: Tx, file: Expected): Promise<void> {
  await sql`
    insert into files (workspace_id, id, entry_id, source_id, name, type, state, remote, created_at)
    values (${file.workspaceId}, ${file.id}, ${file.entryId}, ${file.sourceId}, ${file.name}, ${file.type},
            'waiting', ${file.remote}, ${file.at})`.execute(tx)
}

/** Fetches a file and keeps it; doing it again replaces it. `refused`: why it can never succeed. */
export async function storeRemote(
  store: FileStore,
  o: { file: FileRecord; remote: string; access: Access },
): Promise<Fetched | { refused: string }> {
  const { file, remote, access } = o
  const { mayConnectTo, trustsProviders } = store
  const bytes = download(remote, { access, mostBytes, mayConnectTo, trustsProvider: trustsProviders })
  try {
    const { size, sha256, seen } = await store.keep(file, bytes, async (path) => {
      const kind = await sniff(path, file.type)
      return { ...kind, ...(await measure(path, kind.type)) }
    })
    const { ending, ...found } = seen
    return { ...found, name: `${file.name}.${ending}`, size, sha256 }
  } catch (error) {
    if (error instanceof FileRefused) return { refused: error.message }
    throw error
  }
}

/** Stored as what it turned out to be, its bytes in one object of its own id; or failed for good. */
export async function markFile(tx: Tx, workspaceId: Id, id: Id, stored: Fetched | undefined): Promise<void> {
  await (
    stored === undefined
      ? sql`update files set state = 'failed' where workspace_id = ${workspaceId} and id = ${id} and state = 'waiting'`
      : sql`
      with stored as (
        update files
           set state = 'stored', remote = null, name = ${stored.name}, type = ${stored.type}, size = ${stored.size},
               width = ${stored.width}, height = ${stored.height}, sha256 = ${stored.sha256}
         where workspace_id = ${workspaceId} and id = ${id}
        returning workspace_id, id, size
      )
      insert into file_parts (workspace_id, file_id, start, id, size)
      select workspace_id, id, 0, id, size from stored
      on conflict (workspace_id, file_id, start) do update set size = excluded.size`
  ).execute(tx)
}
