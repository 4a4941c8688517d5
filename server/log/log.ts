/**
 * The log: one line of JSON per event on standard output, through pino.
 *
 * Hides the format and what must never be in it. Of an error only its kind, message, code, stack and causes are
 * written: the database's carry rows in other fields. Fields that carry what people wrote or what opens a door are
 * blanked by name, as a second lock: the first is that callers log ids, counts and errors, never rows.
 */
import { pino, type Logger } from "pino"
import type { Config } from "../config/config.ts"

export type Log = Pick<Logger, "fatal" | "error" | "warn" | "info" | "debug">

const secrets = [
  "text",
  "body",
  "payload",
  "password",
  "token",
  "secret",
  "cookie",
  "authorization",
  "parameters",
  "detail",
]

export function createLog(config: Pick<Config, "logLevel">): Log {
  return pino({
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "…" },
  })
}

type Described = { type: string; message: string; code?: string; stack?: string; cause?: Described }

function describeError(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) }
  const { name, message, stack, cause } = error
  return {
    type: name,
    message,
    ...("code" in error && typeof error.code === "string" ? { code: error.code } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined || depth >= 3 ? {} : { cause: describeError(cause, depth + 1) }),
  }
}
