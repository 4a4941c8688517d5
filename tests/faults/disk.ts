import { execFile } from "node:child_process"
import { copyFile, mkdir, open, rm } from "node:fs/promises"
import path from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { promisify } from "node:util"
import type { Preparation } from "./installation.ts"
import type { Field, Nemesis } from "./nemesis.ts"

const run = promisify(execFile)

/** PostgreSQL's files take 100 MB of it, and its log at most a GB where there is one. */
const MEGABYTES = 400
const CHUNK = Buffer.alloc(64 * 1024, "x")

let ballast = ""

/** A small disk of its own for the data folder. */
async function prepare(folder: string): Promise<Preparation> {
  const data = path.join(folder, "data")
  await mkdir(data)
  await run("mount", ["-t", "tmpfs", "-o", `size=${MEGABYTES}m,mode=0755`, "parley-faults", data])
  ballast = path.join(data, "ballast")
  const unmount = (): Promise<unknown> => run("umount", ["-l", data]).catch(() => undefined)
  return {
    async undo() {
      await copyFile(path.join(data, "postgres.log"), path.join(folder, "postgres.log")).catch(
        () => undefined,
      )
      await unmount()
    },
  }
}

/** Fills what is left, takes what becomes free, and gives it back. */
async function fill({ lasts, random, signal }: Field): Promise<void> {
  const until = new AbortController()
  const end = AbortSignal.any([until.signal, signal])
  const filling = takeAll(end)
  try {
    await lasts(random.between(5_000, 20_000), 5_000)
  } finally {
    until.abort()
    await filling
    await rm(ballast, { force: true })
  }
}

async function takeAll(end: AbortSignal): Promise<void> {
  const file = await open(ballast, "a")
  try {
    while (!end.aborted) {
      const isFull = await file.write(CHUNK).then(
        () => false,
        () => true,
      )
      if (isFull) await wait(100)
    }
  } finally {
    await file.close()
  }
}

export const diskNemeses: Nemesis[] = [
  {
    name: "disk-full",
    what: "the disk with the data folder is full for a while: database, its log and files",
    on: "one",
    cannot() {
      if (process.platform !== "linux") return "Small disks are made of memory on Linux only."
      return process.getuid?.() === 0 ? undefined : "Only root may mount a small disk or set a quota."
    },
    prepare,
    strike: fill,
  },
]
