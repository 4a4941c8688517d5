import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { findDataset } from "./dataset.ts"
import type { Bench, Figure, Part } from "./figure.ts"
import { startParley } from "./parley.ts"
import { scratchDatabaseName, type Postgres } from "./postgres.ts"

export type Plan = { isShort: boolean; sizes: readonly number[]; say(line: string): void }

/** Runs one part; whatever it started is ended and taken away afterwards. */
export async function runPart(part: Part, postgres: Postgres, plan: Plan): Promise<Figure[]> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-bench-"))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const bench: Bench = {
    ...plan,
    folder,
    async startParley(options) {
      const running = await startParley(folder, options)
      opened.defer(() => running.stop())
      return running
    },
    dataset: (size, series, more) => findDataset(postgres, { size, series, ...more, say: plan.say }),
    async emptyDatabase() {
      const name = scratchDatabaseName()
      await postgres.create(name)
      opened.defer(() => postgres.drop(name))
      return postgres.url(name)
    },
  }
  return await part.run(bench)
}
