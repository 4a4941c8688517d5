import { mkdtemp, mkdir, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { grounds } from "./grounds.ts"
import type { Nemesis } from "./nemesis.ts"
import { laySiege, LINES, type Findings, type Ordeal } from "./siege.ts"

export type Run = Ordeal & Findings & { /** Kept where something was found. */ folder: string }

/** One nemesis on an installation of its own, from founding to looking. */
export async function runNemesis(o: {
  nemesis: Nemesis
  /** However few, one blow is struck. */
  minutes: number
  isBrief?: boolean
  seed: number
  signal: AbortSignal
  say: (line: string) => void
}): Promise<Run> {
  const { nemesis, signal, say } = o
  const until = performance.now() + o.minutes * 60_000
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-faults-"))
  const run: Run = {
    ...{ blows: 0, slowest: 0, violations: [] },
    ...{ typed: 0, accepted: 0, messages: 0, files: 0, labels: 0, merges: 0 },
    folder,
  }
  try {
    await using laid = new AsyncDisposableStack()
    const preparation = (await nemesis.prepare?.(folder)) ?? {}
    laid.defer(async () => preparation.undo?.())
    const open = grounds[nemesis.on]
    await mkdir(path.join(folder, "data"), { recursive: true })
    const { environment = {} } = preparation
    const installation = await open({ folder, environment, lines: LINES })
    laid.defer(() => installation.stop())
    const siege = await laySiege({
      installation,
      folder,
      seed: o.seed,
      isBrief: o.isBrief ?? false,
      signal,
      say,
    })
    laid.defer(() => siege.stop())
    const ordeal = await siege.endure(nemesis, until)
    Object.assign(run, ordeal)
    const findings = await siege.end()
    Object.assign(run, findings, { violations: [...ordeal.violations, ...findings.violations] })
  } catch (error) {
    run.violations.push(`Failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  if (run.violations.length === 0) await rm(folder, { recursive: true, force: true })
  return run
}
