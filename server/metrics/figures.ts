export type Figure = { name: string; help: string; labels: readonly string[] }

/** What only grows. */
export const counters = {
  messages: {
    name: "parley_messages_total",
    help: "Messages committed, in from customers and out from agents.",
    labels: ["channel", "direction"],
  },
  deliveries: {
    name: "parley_deliveries_total",
    help: "States that answers reached on their way through a provider: sent, delivered, read, failed, unsure.",
    labels: ["state"],
  },
  joined: {
    name: "parley_streams_joined_total",
    help: "Streams that began: first visits, resumed ones, and ones that had to load everything anew.",
    labels: ["kind", "how"],
  },
  dismissed: {
    name: "parley_streams_dismissed_total",
    help: "Streams that the server ended, by reason; slow is a client that does not take what it is sent.",
    labels: ["kind", "why"],
  },
} as const satisfies Record<string, Figure>

/** How long something took, in seconds. */
export const durations = {
  request: {
    name: "parley_http_request_seconds",
    help: "Requests answered, by route and class of status.",
    labels: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  told: {
    name: "parley_change_told_seconds",
    help: "From the time a change carries, taken before its commit, until it was written to the sockets it concerns here.",
    labels: ["kind"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
  },
} as const satisfies Record<string, Figure & { buckets: readonly number[] }>

/** What is so at the moment. */
export const gauges = {
  sockets: {
    name: "parley_sockets_open",
    help: "Open websockets.",
    labels: ["kind"],
  },
  databaseConnections: {
    name: "parley_database_connections",
    help: "Connections of this process to the database: used, idle, and callers waiting for one.",
    labels: ["state"],
  },
  jobs: {
    name: "parley_jobs",
    help: "Jobs of the whole installation: waiting, running, failed for good. The same from every process.",
    labels: ["name", "state"],
  },
  longestDueJob: {
    name: "parley_jobs_longest_due_seconds",
    help: "How long the job that is due the longest has waited for a worker, by name. The same from every process.",
    labels: ["name"],
  },
  databaseReachable: {
    name: "parley_database_reachable",
    help: "1 when the database answered this very question, 0 when it did not; then nothing is said of jobs.",
    labels: [],
  },
} as const satisfies Record<string, Figure>
