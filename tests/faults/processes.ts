/** Processes that die and processes that stand still. */
import type { Field, Nemesis } from "./nemesis.ts"

/** How long what stands still does so: longer than anybody's patience. */
const STILL = 30_000
const STILL_BRIEFLY = 1_500

const killServer: Nemesis = {
  name: "kill-server",
  what: "kill -9 of the server; every third time of its PostgreSQL too",
  on: "one",
  async strike({ installation, random, lasts }) {
    if (random.chance(1 / 3)) installation.postgres.signalAll("SIGKILL")
    await Promise.all(installation.servers.map((server) => server.kill()))
    await lasts(random.between(0, 2_000), 0)
  },
}

/** PostgreSQL does not trust the memory that its processes share any more, and starts anew. */
const killBackend: Nemesis = {
  name: "kill-backend",
  what: "kill -9 of a PostgreSQL process that serves a connection",
  on: "one",
  async strike(field) {
    process.kill(await pickBackend(field), "SIGKILL")
    await field.lasts(1_000, 200)
  },
}

const killPostmaster: Nemesis = {
  name: "kill-postmaster",
  what: "kill -9 of PostgreSQL's first process, the server living on",
  on: "one",
  async strike({ installation, lasts }) {
    installation.postgres.signal("SIGKILL")
    await lasts(1_000, 200)
  },
}

const stopServer: Nemesis = {
  name: "stop-server",
  what: "SIGSTOP of the server for half a minute",
  on: "one",
  async strike({ installation, lasts }) {
    for (const server of installation.servers) server.signal("SIGSTOP")
    await lasts(STILL, STILL_BRIEFLY)
  },
}

/** It may hold a lock that everybody waits for. */
const stopBackend: Nemesis = {
  name: "stop-backend",
  what: "SIGSTOP of a PostgreSQL process that serves a connection for half a minute",
  on: "one",
  async strike(field) {
    process.kill(await pickBackend(field), "SIGSTOP")
    await field.lasts(STILL, STILL_BRIEFLY)
  },
}

const stopPostmaster: Nemesis = {
  name: "stop-postmaster",
  what: "SIGSTOP of PostgreSQL's first process for half a minute: no new connections",
  on: "one",
  async strike({ installation, lasts }) {
    installation.postgres.signal("SIGSTOP")
    // Some of those that are there are lost meanwhile.
    await lasts(STILL, STILL_BRIEFLY)
  },
}

const stopDatabase: Nemesis = {
  name: "stop-database",
  what: "SIGSTOP of all of PostgreSQL for half a minute",
  on: "one",
  async strike({ installation, lasts }) {
    installation.postgres.signalAll("SIGSTOP")
    await lasts(STILL, STILL_BRIEFLY)
  },
}

async function pickBackend({ installation, random }: Field): Promise<number> {
  return random.pick(await installation.postgres.backendPids())
}

export const processes: Nemesis[] = [
  killServer,
  killBackend,
  killPostmaster,
  stopServer,
  stopBackend,
  stopPostmaster,
  stopDatabase,
]
