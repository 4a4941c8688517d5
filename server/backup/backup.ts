/**
 * Everything an installation holds in one file, and an installation from such a file: `npm run backup`, `npm run restore`.
 *
 * Hides the archive (a tar of manifest, tables and files, gzipped; its last entry says that it is complete and what
 * everything adds up to) and what must not happen twice: whatever was on its way to a customer or a mailbox when the
 * backup was made has probably been sent since, so a restored installation sends none of it by itself
 * (docs/decisions/008-what-a-restore-sends.md).
 *
 * Trades: an archive is read twice to be restored, once to check all of it before anything is touched. The list of
 * its files is held in memory, some 300 bytes each; everything else passes in pieces.
 */
export { backUp } from "./back-up.ts"
export { checkBackup, restore } from "./restore.ts"
