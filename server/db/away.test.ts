import { expect, test } from "vitest"
import { isAway } from "./away.ts"

const failed = (message: string, code?: string) => Object.assign(new Error(message), { code })

test.for([
  failed("the database system is starting up", "57P03"),
  failed("could not extend file: No space left on device", "53100"),
  failed("sorry, too many clients already", "53300"),
  failed("cannot execute INSERT in a read-only transaction", "25006"),
  failed("connect ECONNREFUSED", "ECONNREFUSED"),
  failed("Connection terminated unexpectedly"),
  failed("timeout exceeded when trying to connect"),
  new Error("The session could not be read.", { cause: failed("read ECONNRESET", "ECONNRESET") }),
])("the database is away: $message", (error) => {
  expect(isAway(error)).toBe(true)
})

test.for([
  failed("duplicate key value violates unique constraint", "23505"),
  failed("canceling statement due to user request", "57014"),
  failed("syntax error", "42601"),
  failed("Connection to what?"),
])("a mistake of ours is none of the database's: $message", (error) => {
  expect(isAway(error)).toBe(false)
})
