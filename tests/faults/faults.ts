/**
 * `npm run faults`: one nemesis after another, each on an installation of its own for its share of the time, while
 * people write. Says what was found, with the seed that brings the same chances back (though not the moments at which
 * they strike), and keeps the folder with the logs where something was. Never leaves the loopback.
 *
 *   --only name,name   these alone
 *   --on one|line|three|split|standby   those for such an installation
 *   --minutes N   in all; 15 unless told
 *   --seed N
 */
import { parseArgs } from "node:util"
import { signalDescendants } from "../harness/process-tree.ts"
import { nemeses } from "./nemeses.ts"
import type { Nemesis } from "./nemesis.ts"
import { patience } from "./patience.ts"
import { runNemesis } from "./run.ts"

/** Beyond its share a nemesis may take this long to found a company, to calm down and to look. */
const MORE_MINUTES = 6

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    on: { type: "string" },
    minutes: { type: "string", default: "15" },
    seed: { type: "string", default: String(Date.now() % 2 ** 32) },
  },
})
const names = values.only?.split(",")
for (const name of names ?? [])
  if (!nemeses.some((nemesis) => nemesis.name === name))
    fail(`There is no nemesis ${name}. There are: ${nemeses.map((nemesis) => nemesis.name).join(", ")}.`)
const chosen = nemeses
  .filter(({ name }) => names === undefined || names.includes(name))
  .filter(({ on }) => values.on === undefined || values.on === on)
const minutes = Number(values.minutes)
const seed = Number(values.seed)
if (!(minutes > 0) || !Number.isSafeInteger(seed)) fail("--minutes and --seed take numbers.")

const ended = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => ended.abort(new Error(signal)))

let violations = 0
let skipped = 0
for (const nemesis of chosen) {
  if (ended.signal.aborted) break
  await play(nemesis, minutes / chosen.length)
}
say(
  `${chosen.length - skipped} nemeses, ${skipped} skipped, ${violations} violations; seed ${seed}.${ended.signal.aborted ? " Ended early." : ""}`,
)
const isShort = skipped > 0 && process.env.CI === "true"
// Whatever a client still waits for must not keep this from ending.
process.exit(violations > 0 || isShort || ended.signal.aborted ? 1 : 0)

async function play(nemesis: Nemesis, share: number): Promise<void> {
  const why = await nemesis.cannot?.()
  if (why !== undefined) {
    skipped += 1
    return say(`${nemesis.name}: skipped. ${why}`)
  }
  say(`${nemesis.name}: ${nemesis.what}`)
  const tooLong = setTimeout(
    () => {
      // Whoever does not end does not clean up either.
      signalDescendants(process.pid, "SIGKILL")
      fail(`${nemesis.name} did not end; its folder is the latest parley-faults-….`)
    },
    (share + MORE_MINUTES * patience()) * 60_000,
  )
  const begun = performance.now()
  const run = await runNemesis({
    nemesis,
    minutes: share,
    seed,
    signal: ended.signal,
    say: (line) => say(`  ${line}`),
  })
  clearTimeout(tooLong)
  violations += run.violations.length
  const took = ((performance.now() - begun) / 60_000).toFixed(1)
  say(
    `  ${took} minutes, ${run.blows} blows, ${run.typed} typed, ${run.accepted} accepted, ${run.messages} messages, ${run.files} files, ${run.labels} labels, ${run.merges} merges and undoings; back within ${(run.slowest / 1_000).toFixed(1)} s; ${run.violations.length} violations`,
  )
  for (const violation of run.violations) say(`  ! ${violation}`)
  if (run.violations.length > 0) say(`  Logs: ${run.folder}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(line: string): never {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}
