import { download, FileRefused, type Access } from "./download.ts"
import { sniff } from "./kind.ts"
import type { FileRecord } from "./record.ts"
import type { FileStore } from "./store.ts"

/** Twice what carriers let through in an MMS. */
const mostBytes = 10 * 1024 * 1024

type Stored = { name: string; type: string; size: number; sha256: string }

/** Fetches a file and keeps it; doing it again replaces it. `refused`: why it can never succeed. */
export async function storeRemote(
  store: FileStore,
  o: { file: FileRecord; remote: string; access: Access },
): Promise<Stored | { refused: string }> {
  const { file, remote, access } = o
  const { mayConnectTo, trustsProviders } = store
  const bytes = download(remote, { access, mostBytes, mayConnectTo, trustsProvider: trustsProviders })
  try {
    const { size, sha256, seen } = await store.keep(file, bytes, (path) => sniff(path, file.type))
    const { type, ending } = seen
    return { name: `${file.name}.${ending}`, type, size, sha256 }
  } catch (error) {
    if (error instanceof FileRefused) return { refused: error.message }
    throw error
  }
}
