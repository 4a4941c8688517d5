import type { Postgres } from "./postgres.ts"

/** How many are open: the same number at each size, or one in a hundred. */
export type Series = "5,000 open" | "1 % open"

export type Dataset = { databaseUrl: string; size: number; series: Series; workspaceId: string }

/** The set as an earlier run left it, or a new one. */
export async function findDataset(
  _postgres: Postgres,
  { size, series }: { size: number; series: Series; say(line: string): void },
): Promise<Dataset> {
  throw new Error(`There is no set of ${size} conversations, ${series}, yet.`)
}
