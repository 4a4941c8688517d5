import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { lacksDebianPostgres, startDebianPostgres } from "../harness/debian-postgres.ts"
import type { Preparation } from "./installation.ts"
import type { Field, Nemesis } from "./nemesis.ts"

const LIBRARY = ["x86_64", "aarch64"]
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find(existsSync)

const HOURS = 2

function lacksFaketime(): string | undefined {
  return LIBRARY === undefined ? "libfaketime is missing: apt-get install libfaketime" : undefined
}

let clockFile = ""

/** What makes a process believe the clock in the file: the one people set, not the one that only runs. */
function prepareServer(): Required<Preparation> {
  // PostgreSQL may run as somebody else, who has to read it.
  const folder = mkdtempSync(path.join(os.tmpdir(), "parley-clock-"))
  chmodSync(folder, 0o755)
  clockFile = path.join(folder, "clock")
  setClock(0)
  return {
    environment: {
      LD_PRELOAD: LIBRARY ?? "",
      FAKETIME_TIMESTAMP_FILE: clockFile,
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      FAKETIME_NO_CACHE: "1",
    },
    undo: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

function setClock(seconds: number): void {
  // Never seen half written.
  writeFileSync(`${clockFile}.next`, `${seconds < 0 ? "" : "+"}${Math.round(seconds)}\n`, { mode: 0o644 })
  renameSync(`${clockFile}.next`, clockFile)
}

async function prepareAll(): Promise<Preparation> {
  const { environment, undo } = prepareServer()
  const database = await startDebianPostgres({ environment })
  return {
    environment: { ...environment, DATABASE_URL: database.url },
    async undo() {
      await database.stop()
      await undo()
    },
  }
}

/** To and fro, by hours and by minutes, and right again in the end. */
async function setToAndFro({ random, lasts }: Field): Promise<void> {
  try {
    for (const hours of random.chance(0.5) ? [HOURS, -HOURS] : [-HOURS, HOURS]) {
      setClock(hours * 3_600)
      await lasts(random.between(2_000, 12_000), 2_000)
      if (random.chance(0.5)) continue
      setClock(random.between(-600, 600))
      await lasts(random.between(1_000, 5_000), 500)
    }
  } finally {
    setClock(0)
  }
  await lasts(3_000, 500)
}

export const clockNemeses: Nemesis[] = [
  {
    name: "clock-of-server",
    movesClocks: true,
    what: "the server's wall clock is set 2 h forward and back, PostgreSQL's is not",
    on: "one",
    cannot: lacksFaketime,
    prepare: prepareServer,
    strike: setToAndFro,
  },
  {
    name: "clock",
    movesClocks: true,
    what: "the wall clock of server and PostgreSQL is set 2 h forward and back",
    on: "beside",
    cannot: () => lacksFaketime() ?? lacksDebianPostgres(),
    prepare: prepareAll,
    strike: setToAndFro,
  },
]
