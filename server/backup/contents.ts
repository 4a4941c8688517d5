import { z } from "zod"

/** Grows when an earlier Parley could not read an archive any more. */
export const FORMAT = 1

export const MANIFEST = "manifest"
export const COMPLETE = "complete"
export const FILES = "files"
export const tableEntry = (name: string) => `tables/${name}`

const name = z.string().regex(/^(public|identity)\.[a-z_]+$/)

/** The first entry: what the archive is. */
export const manifest = z.object({
  product: z.literal("parley"),
  format: z.literal(FORMAT),
  madeAt: z.string(),
  /** Of the installation it was made from. */
  restoreId: z.string(),
  /** What had run there. */
  migrations: z.array(z.object({ number: z.number().int(), name: z.string(), checksum: z.string() })).min(1),
  /** Each after those it points to. */
  tables: z.array(z.object({ name, columns: z.array(z.string()).min(1) })).min(1),
})
export type Manifest = z.output<typeof manifest>

/** The last entry: what everything before it adds up to. */
export const complete = z.object({
  sums: z.record(z.string(), z.object({ entries: z.number(), bytes: z.number(), sha256: z.string() })),
  rows: z.record(name, z.number().int()),
  files: z.number().int(),
  /** Files that should have been there and were not, `workspace/file`. */
  missing: z.array(z.string()),
})
export type Complete = z.output<typeof complete>
