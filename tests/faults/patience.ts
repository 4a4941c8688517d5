import os from "node:os"

/** By how much longer than on a quiet machine anything may take: where there is more to do than processors, everybody waits. */
export function patience(): number {
  return Math.max(1, (os.loadavg()[0] ?? 0) / os.availableParallelism())
}
