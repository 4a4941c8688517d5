import type { Balancer } from "./balancer.ts"
import type { Cable } from "./cable.ts"
import type { ServerProcess } from "./server-process.ts"
import type { Pair } from "./standby.ts"

/** What a nemesis wants to be different before anything is started. */
export type Preparation = {
  /** Added to the environment of every server. */
  environment?: Record<string, string>
  /** After everything is stopped. */
  undo?(): Promise<void>
}

export type Postgres = {
  /** Of the postmaster; `undefined` where none runs. */
  pid(): number | undefined
  /** To the postmaster alone. */
  signal(signal: NodeJS.Signals): void
  /** To the postmaster and all its processes. */
  signalAll(signal: NodeJS.Signals): void
  /** Processes that serve the servers' connections. */
  backendPids(): Promise<number[]>
}

/** Everything that runs for a siege, apart from the clients. */
export type Installation = {
  servers: ServerProcess[]
  postgres: Postgres
  /** Past every line, for whoever looks at the tables. */
  databaseUrl(): string
  /** Where a company is founded: the first server, or the balancer. */
  url(): string
  /** Clients' lines, led to wherever the servers are: the customers' first, then one for each agent. */
  lines: Cable[]
  /** Between servers and PostgreSQL, where there is a network between them. */
  databaseLine?: Cable
  /** Between clients' lines and several servers. */
  balancers?: ReadonlySet<Balancer>
  /** Where PostgreSQL has a standby. */
  pair?: Pair
  /**
   * As after the visit of somebody who mends: lines are whole, stopped processes go on, and servers that ended are
   * started again, as a service manager would. Resolves when the servers are healthy; fails when they do not become so.
   */
  mend(): Promise<void>
  stop(): Promise<void>
}

export type InstallationNeeds = {
  /** Empty, and removed by who made it. */
  folder: string
  environment: Record<string, string>
  /** How many lines for clients. */
  lines: number
}
