import path from "node:path"
import { startEmbedded } from "../../server/db/embedded/start.ts"
import { quietLog } from "../harness/log.ts"
import { openBalancer, type Balancer } from "./balancer.ts"
import type { Installation, InstallationNeeds } from "./installation.ts"
import { bringBack, findPostgres, layCables } from "./one.ts"
import { prepareServer, type ServerProcess } from "./server-process.ts"

/** The customers' and the agents', which may be one. */
export type Three = Installation & { balancers: ReadonlySet<Balancer> }

/** Three servers that each do everything, behind one balancer, on one PostgreSQL. */
export async function openThree(needs: InstallationNeeds): Promise<Three> {
  return openServers(needs, [{}, {}, {}], async ([...servers]) => {
    const balancer = await openBalancer(servers)
    return { customers: balancer, agents: balancer }
  })
}

/**
 * A server for customers, one for agents, one for jobs. Where customers' is down they are led to the agents', and the
 * other way round; jobs wait.
 */
export async function openSplit(needs: InstallationNeeds): Promise<Three> {
  const live = { PARLEY_ROLES: "http,stream" }
  return openServers(needs, [live, live, { PARLEY_ROLES: "jobs" }], async ([one, other]) => ({
    customers: await openBalancer([one, other], { prefersFirst: true }),
    agents: await openBalancer([other, one], { prefersFirst: true }),
  }))
}

type Servers = [ServerProcess, ServerProcess, ServerProcess]

async function openServers(
  { folder, environment, lines: count }: InstallationNeeds,
  roles: [Record<string, string>, Record<string, string>, Record<string, string>],
  balance: (servers: Servers) => Promise<{ customers: Balancer; agents: Balancer }>,
): Promise<Three> {
  await using opened = new AsyncDisposableStack()
  const databaseFolder = path.join(folder, "database")
  const database = await startEmbedded({ folder: databaseFolder, log: quietLog })
  opened.defer(() => database.stop())
  const prepare = (index: 0 | 1 | 2): ServerProcess => {
    const own = { PARLEY_DATA: path.join(folder, "data"), DATABASE_URL: database.url, ...roles[index] }
    const server = prepareServer({
      name: `parley-${index + 1}`,
      folder,
      environment: { ...environment, ...own },
    })
    opened.defer(() => server.stop())
    return server
  }
  const servers: Servers = [prepare(0), prepare(1), prepare(2)]
  // All at once on an empty database: one migrates, the others wait for it.
  await Promise.all(servers.map((server) => server.start()))
  const { customers, agents } = await balance(servers)
  const balancers = new Set([customers, agents])
  for (const balancer of balancers) opened.defer(() => balancer.close())
  const lines = await layCables(count, opened)
  for (const [index, line] of lines.entries()) line.lead(index === 0 ? customers.url : agents.url)

  const postgres = findPostgres(databaseFolder)
  const kept = opened.move()
  return {
    servers,
    balancers,
    postgres,
    lines,
    url: servers[0].url,
    databaseUrl: () => database.url,
    async mend() {
      for (const line of lines) line.mend()
      for (const balancer of balancers) balancer.attend("attentive")
      postgres.signalAll("SIGCONT")
      await Promise.all(servers.map((server) => bringBack(server)))
    },
    async stop() {
      postgres.signalAll("SIGCONT")
      await kept.disposeAsync()
    },
  }
}
