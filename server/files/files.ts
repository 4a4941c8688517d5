/**
 * Files that hang on messages: what is known of each (table `files`) and its bytes (a folder, or a bucket of
 * S3-compatible object storage).
 *
 * Hides where bytes lie, and everything that makes a stranger's file dangerous. Fetching one shows the provider's
 * credentials to the provider alone and never reaches into the inside network, redirects included; size and time
 * are bounded. What a file is says its content, never its name or its sender. Pictures are shown only as we have made
 * them anew of their pixels, without anything else that was in them; all but sound and film is handed out as a download.
 *
 * That guard of our network, `outsideOnly`, is for whoever else speaks to an address that a stranger has given.
 *
 * Trades: a file passes this machine's disk on its way into a bucket, since what it is and its SHA-256 are known at
 * its end only. A folder is one machine's; several machines need the bucket.
 */
export { createFileStore, StorageFailed, type FileStore } from "./store.ts"
export { findFile, type FileRecord } from "./record.ts"
export * as fetched from "./fetch.ts"
export { outsideOnly } from "./network.ts"
export { openFile, type Shown } from "./open.ts"
export { makeSound } from "./sound.ts"
export { makeSmall } from "./picture.ts"
export * as links from "./links.ts"
export * as uploads from "./uploads.ts"
