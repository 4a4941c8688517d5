import { readdirSync, readFileSync } from "node:fs"

/**
 * To a process and all that descend from it. PostgreSQL's are groups of their own, so that a signal to the group of
 * the postmaster reaches the postmaster alone.
 */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  for (const pid of processesUnder(root)) send(pid, signal)
  // Who was born in between.
  for (const pid of processesUnder(root)) send(pid, signal)
}

/** To all that descend from a process, and not to itself. */
export function signalDescendants(root: number, signal: NodeJS.Signals): void {
  for (const pid of processesUnder(root)) if (pid !== root) send(pid, signal)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}

/** Parents first. */
function processesUnder(root: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined
    if (parent !== undefined) parents.set(Number(name), parent)
  }
  const found = [root]
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found
}

function parentOf(pid: string): number | undefined {
  try {
    // After the name in brackets: state, parent. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1])
  } catch {
    // It ended while we looked.
    return undefined
  }
}
