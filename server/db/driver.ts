/**
 * Kysely's driver on pg's pool, with pipelined transactions: BEGIN travels with the first statement, and the
 * statement marked by `closing` travels with COMMIT, so a transaction of n statements costs n round trips
 * instead of n + 2. pg's own `pipeline` mode sends what it is given at once and hands the answers out in order.
 */
import {
  Kysely,
  Transaction,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type KyselyProps,
  type QueryExecutor,
  type QueryResult,
  type TransactionSettings,
} from "kysely"
import pg from "pg"
import { fromDatabaseTime } from "./time.ts"

// Rows have no declared tables: each statement names the row it returns.
export type Db = Kysely<unknown>
export type Tx = Transaction<unknown>

const last = new WeakMap<CompiledQuery, readonly CompiledQuery[]>()

/** The statements after which the transaction commits, as one: they and COMMIT go out together, the last is answered. */
export function closing(statements: readonly CompiledQuery[]): CompiledQuery {
  const [statement, ...before] = statements.toReversed()
  if (statement === undefined) throw new Error("A transaction ends with a statement.")
  const marked = { ...statement }
  last.set(marked, before.reverse())
  return marked
}

/**
 * How a statement begins that is parsed and planned once a connection instead of each time: one that is sent often, and
 * finds its rows by their keys, so that one plan is right for all values. Planning cost half of a customer's message.
 */
const PREPARED = "/* prepared */"
const names = new Map<string, string>()

function nameOf(text: string): string {
  const name = names.get(text) ?? `prepared_${names.size + 1}`
  names.set(text, name)
  return name
}

export function openPool(
  url: string,
  o: {
    most: number
    /** Before anything is asked over it. */
    onOpen: (client: pg.ClientBase) => void
    onConnect: (client: pg.ClientBase) => Promise<void>
  },
): pg.Pool {
  return new pg.Pool({
    connectionString: url,
    max: o.most,
    types,
    pipeline: true,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // The system's own is two hours.
    keepAliveInitialDelayMillis: 10_000,
    // oxlint-disable-next-line typescript/no-misused-promises -- pg-pool waits for the promise; its types are behind
    onConnect: async (client) => {
      o.onOpen(client)
      await prepareSession(client)
      await o.onConnect(client)
    },
  })
}

/**
 * How long a transaction may keep its locks while its process says nothing: one that stands still (a machine that is
 * moved, a disk that hangs) would keep all others from the rows that it has. Between two statements of ours lie
 * milliseconds; who waits for anything else there asks for more.
 */
const SILENT_FOR = "3s"

/** What every connection of ours needs before its first statement. */
export async function prepareSession(client: pg.ClientBase): Promise<void> {
  surviveLoss(client)
  await client.query(
    `set timezone = 'UTC'; set datestyle = 'ISO'; set idle_in_transaction_session_timeout = '${SILENT_FOR}'`,
  )
}

/**
 * A connection that breaks says so as an event, which ends the process when nobody listens; the pool listens to idle
 * ones only. Whatever is in flight fails with the same error, and the pool drops the connection.
 */
export function surviveLoss(client: pg.ClientBase): void {
  client.on("error", () => undefined)
}

/** A connection of one's own, outside of the pool; whoever has it ends it. */
export async function connectAlone(url: string, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, ...options })
  surviveLoss(client)
  try {
    await client.connect()
  } catch (error) {
    throw new Error("The database cannot be reached.", { cause: error })
  }
  return client
}

/** Where connections are had: a pool, or one connection that somebody holds. */
type Connections = { connect(): Promise<pg.PoolClient> }

/** `isCurrent`: whether a connection that was idle for a while may still be used. */
export function openKysely(pool: Connections, isCurrent: (client: pg.ClientBase) => boolean): Db {
  const driver = new PipelineDriver(pool, isCurrent)
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
  const db: Db = new Kysely({ dialect })
  parts.set(db, { config: { dialect }, dialect, driver })
  return db
}

/** What a transaction of ours is made of, besides what runs its statements. */
const parts = new WeakMap<Db, Omit<KyselyProps, "executor">>()

export function transactionBy(db: Db, executor: QueryExecutor): Tx {
  const others = parts.get(db)
  if (others === undefined) throw new Error("Transactions begin in the database that was opened.")
  return new Transaction({ ...others, executor })
}

class Connection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  #began: Promise<unknown> | undefined
  #isOver = false
  #isBroken = false

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  begin(statement: string): void {
    this.#isOver = false
    this.#began = this.#client.query(statement)
    // Reported by the first statement, or by the end of the transaction; until then nobody waits for it.
    this.#began.catch(() => undefined)
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const began = this.#began
    this.#began = undefined
    const before = last.get(query)
    if (before !== undefined) return this.#commitBehind(began, before, query)
    const [, result] = await Promise.all([began, this.#send<R>(query)])
    return result
  }

  async #send<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { sql: text, parameters } = query
    const name = text.startsWith(PREPARED) ? nameOf(text) : undefined
    const { command, rowCount, rows } = await this.#client.query({
      text,
      values: [...parameters],
      ...(name === undefined ? {} : { name }),
    })
    const isWrite =
      command === "INSERT" || command === "UPDATE" || command === "DELETE" || command === "MERGE"
    return { rows, ...(isWrite ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}) }
  }

  /** Of a failing statement and what it spoils, the COMMIT at last, the statement's error is the one that says why. */
  async #commitBehind<R>(
    began: Promise<unknown> | undefined,
    before: readonly CompiledQuery[],
    query: CompiledQuery,
  ): Promise<QueryResult<R>> {
    const earlier = before.map((each) => this.#send(each))
    const sent = this.#send<R>(query)
    const commit = this.#client.query("commit")
    const outcomes = await Promise.allSettled([began, ...earlier, sent, commit])
    this.#isOver = outcomes.at(-1)?.status === "fulfilled"
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason
    refuseRollback((await commit).command)
    return sent
  }

  async commit(): Promise<void> {
    await this.#began
    this.#began = undefined
    if (this.#isOver) return
    const { command } = await this.#client.query("commit")
    this.#isOver = true
    refuseRollback(command)
  }

  async rollback(): Promise<void> {
    if (this.#isOver) return
    try {
      await this.#client.query("rollback")
    } catch {
      // Why it was to be undone says more than this, and a broken connection undoes by itself.
      this.#isBroken = true
    }
  }

  release(): void {
    this.#began = undefined
    this.#client.release(this.#isBroken)
  }

  // Statements of ours return pages, never a stream.
  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Streaming queries are not supported.")
  }
}

/** COMMIT of a transaction in which a statement failed succeeds with the tag ROLLBACK: nothing was written. */
function refuseRollback(command: string): void {
  if (command === "ROLLBACK")
    throw new Error("The transaction was rolled back although its end asked to commit.")
}

class PipelineDriver implements Driver {
  readonly #pool: Connections
  readonly #isCurrent: (client: pg.ClientBase) => boolean

  constructor(pool: Connections, isCurrent: (client: pg.ClientBase) => boolean) {
    this.#pool = pool
    this.#isCurrent = isCurrent
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    for (;;) {
      const client = await this.#pool.connect()
      if (this.#isCurrent(client)) return new Connection(client)
      client.release(true)
    }
  }

  async beginTransaction(connection: Connection, settings: TransactionSettings): Promise<void> {
    const level = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ""
    const mode = settings.accessMode ? ` ${settings.accessMode}` : ""
    connection.begin(`begin${level}${mode}`)
  }

  async commitTransaction(connection: Connection): Promise<void> {
    await connection.commit()
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    await connection.rollback()
  }

  async releaseConnection(connection: Connection): Promise<void> {
    connection.release()
  }

  /** The pool is closed by whoever opened it. */
  async destroy(): Promise<void> {}
}

// Object identifiers of pg_type; they are part of PostgreSQL's protocol and never change.
const int8 = 20
const int8Array = 1016
const timestamptz = 1184
const timestamptzArray = 1185

function toNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new Error("The database answered with a number beyond 2^53.")
  return number
}

/** Elements of these arrays never hold commas, quotes or braces of their own, apart from the quotes around times. */
const arrayOf =
  <T>(parse: (text: string) => T) =>
  (text: string): (T | null)[] =>
    text === "{}"
      ? []
      : text
          .slice(1, -1)
          .split(",")
          .map((item) => (item === "NULL" ? null : parse(item.replaceAll('"', ""))))

const parsers = new Map<number, (text: string) => unknown>([
  [int8, toNumber],
  [int8Array, arrayOf(toNumber)],
  [timestamptz, fromDatabaseTime],
  [timestamptzArray, arrayOf(fromDatabaseTime)],
])

export const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: "text" | "binary") =>
    (format === "binary" ? undefined : parsers.get(id)) ?? pg.types.getTypeParser(id, format),
}
