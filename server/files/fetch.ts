import { download, type Access } from "./download.ts"
import { sniff } from "./kind.ts"
import type { FileRecord } from "./record.ts"
import type { FileStore } from "./store.ts"

/** Twice what carriers let through in an MMS. */
const mostBytes = 10 * 1024 * 1024

/** Fetches a file and keeps it; doing it again replaces it. Throws `FileRefused` when it can never succeed. */
export async function storeRemote(
  store: FileStore,
  o: { file: FileRecord; remote: string; access: Access },
): Promise<{ name: string; type: string; size: number; sha256: string }> {
  const { file, remote, access } = o
  const { mayConnectTo, trustsProviders } = store
  const bytes = download(remote, { access, mostBytes, mayConnectTo, trustsProvider: trustsProviders })
  const { size, sha256, seen } = await store.keep(file, bytes, (path) => sniff(path, file.type))
  const { type, ending } = seen
  return { name: `${file.name}.${ending}`, type, size, sha256 }
}
