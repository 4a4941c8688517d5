import type { CompiledQuery, DatabaseConnection } from "kysely"
import pg from "pg"
import { closing, transactionBy, type Db, type Tx } from "./driver.ts"

const attempts = 4

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const serializationFailure = "40001"
const deadlockDetected = "40P01"

/**
 * Runs `work` in a transaction. `last` may give the statements that end it, which are sent together with COMMIT:
 * the lock the very last takes (a workspace's counter) is then held for the commit alone and not for a round trip
 * more; its rows are answered.
 * When another transaction was in the way, everything is tried again, three times at most: `work` may run
 * more than once and must have no effect outside the database.
 * Measured with 16 clients on one counter: 1.5 times as many transactions as with COMMIT sent by itself,
 * 0.85 of what one single statement writing the same rows reaches.
 */
export async function transaction<T>(
  db: Db,
  work: (tx: Tx) => Promise<T>,
  last?: (value: T) => readonly CompiledQuery[],
): Promise<{ value: T; rows: unknown[] }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(async (tx) => {
        const value = await unqueued(db, tx, work)
        if (last === undefined) return { value, rows: [] }
        const { rows } = await tx.executeQuery(closing(last(value)))
        return { value, rows }
      })
    } catch (error) {
      if (attempt >= attempts || !wasInTheWay(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt))
    }
  }
}

/** Everything `work` reads is of one moment. Answers when it has read: nobody waits for the COMMIT of what wrote nothing. */
export async function snapshot<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const read = Promise.withResolvers<T>()
  db.transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (tx) => read.resolve(await unqueued(db, tx, work)))
    .catch(read.reject)
  return read.promise
}

/**
 * Kysely sends a statement of a transaction when the one before it was answered. Here they go out as they are asked
 * for, so that those asked for at once (`Promise.all`) cost one round trip; PostgreSQL still does one after the other,
 * in this order. Once `work` has failed, nothing that it left running is sent any more: it would come after the end.
 */
async function unqueued<T>(db: Db, tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const executor = tx.getExecutor()
  const connection = await executor.provideConnection(async (held) => held)
  let isOver = false
  const provideConnection = async <R>(
    consumer: (connection: DatabaseConnection) => Promise<R>,
  ): Promise<R> => {
    if (isOver) throw new Error("The transaction is over.")
    return consumer(connection)
  }
  try {
    return await work(transactionBy(db, executor.withConnectionProvider({ provideConnection })))
  } finally {
    isOver = true
  }
}

function wasInTheWay(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError &&
    (error.code === serializationFailure || error.code === deadlockDetected)
  )
}
