/**
 * The log: one line of JSON per event on standard output, through pino.
 *
 * Hides the format and what must never be in it. Fields that carry what people wrote or what opens a door
 * are blanked by name, as a second lock: the first is that callers log ids, counts and errors, never rows.
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
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "…" },
  })
}
