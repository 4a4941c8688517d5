/**
 * Files that hang on messages: what is known of each (table `files`) and its bytes (a folder, or a bucket of
 * S3-compatible object storage).
 *
 * Hides where bytes lie, and everything that makes a stranger's file dangerous. Fetching one shows the provider's
 * credentials to the provider alone and never reaches into the inside network, redirects included; size and time
 * are bounded. What a file is says its content, never its name or its sender. Only pictures made of pixels are
 * ever shown in place, after another look at the bytes; all else is handed out as a download.
 *
 * That guard of our network, `outsideOnly`, is for whoever else speaks to an address that a stranger has given.
 *
 * Trades: a file passes this machine's disk on its way into a bucket, since what it is and its SHA-256 are known at
 * its end only. A folder is one machine's; several machines need the bucket.
 */
export { createFileStore, StorageFailed, type FileStore } from "./store.ts"
export { expectFile, findFile, markFile, type FileRecord } from "./record.ts"
export { storeRemote } from "./fetch.ts"
export { outsideOnly } from "./network.ts"
export { openFile } from "./open.ts"
