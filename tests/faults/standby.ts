import path from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { startDebianPostgres, type DebianPostgres } from "../harness/debian-postgres.ts"
import { openBalancer } from "./balancer.ts"
import { layCable } from "./cable.ts"
import type { Installation, InstallationNeeds } from "./installation.ts"
import { bringBack, layCables, readBackendPids } from "./one.ts"
import { prepareServer } from "./server-process.ts"

/** A PostgreSQL and one that follows it, of whom servers know the one address they share. */
export type Pair = {
  primary(): DebianPostgres
  standby(): DebianPostgres
  /**
   * What watches over the pair decides that the primary is gone: the standby is the primary from now on, and the address
   * is its. Answers the old one, which is as it was and whose connections are, too.
   */
  promote(): Promise<DebianPostgres>
  /** Where the primary has no standby that lives, a new one is made. */
  complete(): Promise<void>
}

/**
 * Two servers on a PostgreSQL with a standby. `synchronous_commit` is `on`: what is acknowledged is on the standby's
 * disk, so it is there after a promotion. `remote_apply` would wait until it can be read there, and nobody reads there.
 */
export async function openStandby({
  folder,
  environment,
  lines: count,
}: InstallationNeeds): Promise<Installation & { pair: Pair }> {
  await using opened = new AsyncDisposableStack()
  const { pair, close } = await openPair()
  opened.defer(close)
  const databaseLine = await layCable()
  opened.defer(() => databaseLine.close())
  databaseLine.lead(pair.primary().socket)
  const { password, pathname } = new URL(pair.primary().url)
  const address = `postgresql://parley:${password}@127.0.0.1:${databaseLine.port}${pathname}`
  const servers = ["parley-1", "parley-2"].map((name) => {
    const own = { PARLEY_DATA: path.join(folder, "data"), DATABASE_URL: address }
    const server = prepareServer({ name, folder, environment: { ...environment, ...own } })
    opened.defer(() => server.stop())
    return server
  })
  await Promise.all(servers.map((server) => server.start()))
  const balancer = await openBalancer(servers)
  opened.defer(() => balancer.close())
  const lines = await layCables(count, opened)
  for (const line of lines) line.lead(balancer.url)

  const kept = opened.move()
  return {
    servers,
    balancers: new Set([balancer]),
    lines,
    databaseLine,
    postgres: {
      pid: () => pair.primary().pid(),
      signal: (signal) => void process.kill(pair.primary().pid() ?? 0, signal),
      signalAll: (signal) => pair.primary().signal(signal),
      backendPids: () => readBackendPids(pair.primary().url),
    },
    pair: {
      ...pair,
      async promote() {
        const old = await pair.promote()
        databaseLine.lead(pair.primary().socket)
        return old
      },
    },
    url: () => servers[0]?.url() ?? "",
    databaseUrl: () => pair.primary().url,
    async mend() {
      for (const line of [...lines, databaseLine]) line.mend()
      for (const one of [pair.primary(), pair.standby()]) one.signal("SIGCONT")
      await Promise.all(servers.map((server) => bringBack(server)))
    },
    async stop() {
      for (const one of [pair.primary(), pair.standby()]) one.signal("SIGCONT")
      await kept.disposeAsync()
    },
  }
}

async function openPair(): Promise<{ pair: Pair; close(): Promise<void> }> {
  let primary = await startDebianPostgres()
  let standby = primary
  let retired: DebianPostgres[] = []

  async function complete(): Promise<void> {
    for (const one of retired) await one.stop()
    retired = []
    if (standby !== primary && standby.pid() !== undefined) return
    if (standby !== primary) await standby.stop()
    standby = await primary.openStandby()
    // Only now: as long as there is nobody to wait for, every commit would wait.
    await waitFor(primary, "*")
    await untilFollowed(primary)
  }

  const close = async (): Promise<void> => {
    await Promise.all([primary, standby, ...retired].map((one) => one.stop()))
  }
  try {
    await complete()
  } catch (error) {
    await close()
    throw error
  }
  const pair: Pair = {
    primary: () => primary,
    standby: () => standby,
    async promote() {
      const old = primary
      await standby.ask("select pg_promote()")
      primary = standby
      await waitFor(primary, "")
      retired.push(old)
      return old
    },
    complete,
  }
  return { pair, close }
}

/** From now on commits wait for these standbys. */
async function waitFor(primary: DebianPostgres, names: string): Promise<void> {
  await primary.ask(`alter system set synchronous_standby_names = '${names}'`)
  await primary.ask("select pg_reload_conf()")
}

/** Until nothing is acknowledged any more that the standby does not have. */
async function untilFollowed(primary: DebianPostgres): Promise<void> {
  const begun = Date.now()
  for (;;) {
    const [row] = await primary.ask<{ sync_state: string }>("select sync_state from pg_stat_replication")
    if (row?.sync_state === "sync") return
    if (Date.now() - begun > 20_000) throw new Error("The standby does not follow.")
    await wait(20)
  }
}
