/** https://www.postgresql.org/docs/current/errcodes-appendix.html: connections, no room, being stopped, the disk. */
const STATES = /^(?:08|53|57P|58)/
/** A transaction that only reads, on what was the primary; one that PostgreSQL ended because nothing came. */
const MORE_STATES = new Set(["25006", "25P03"])
/** What pg says without a code when there is no connection, or none to be had in time. */
const WORDS =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client (?:was closed|has encountered a connection error)|PostgreSQL is not heard|The database (?:is a standby|answering now))/
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "EHOSTUNREACH",
  "EAI_AGAIN",
])

/**
 * Whether this failed because the database cannot be reached or has no room, so that the same is worth another try.
 * Whether it was committed all the same nobody can say; commands are repeated with their id.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = "code" in error && typeof error.code === "string" ? error.code : ""
  return (
    STATES.test(code) ||
    MORE_STATES.has(code) ||
    NETWORK.has(code) ||
    WORDS.test(error.message) ||
    isAway(error.cause)
  )
}
