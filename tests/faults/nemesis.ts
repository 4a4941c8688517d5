/**
 * A nemesis does one kind of harm to an installation while people write to each other.
 *
 * To add one: make a value of this type in a file of its own kind (`processes.ts`, `network.ts`, …) and put it on
 * the list in `nemeses.ts`. `strike` is one blow: it harms, waits as long as the harm is to last (`field.lasts`), and
 * returns; it need not mend what `Installation.mend` mends (lines, stopped and ended processes), which is called
 * after every blow, and after which everybody must be back within `backWithin`. What it alone can mend it mends in a
 * `finally`. A blow that throws is a violation, so throw when the product does what it must not.
 *
 * Nobody is told to stop writing during a blow. When the time is up everything is mended, people stop writing, and
 * when it is quiet `check` compares what they wrote and saw with the tables. Try a new one by itself:
 * `node tests/faults/faults.ts --only its-name --minutes 2`.
 */
import type { FakeTwilio } from "../providers/fake-twilio.ts"
import type { Installation, Preparation } from "./installation.ts"
import type { Random } from "./random.ts"

/**
 * What it is done to: one server with its own PostgreSQL; one server that reaches PostgreSQL over a line
 * (`databaseLine`); three servers on one PostgreSQL, where each does everything or has a role of its own; servers on a
 * PostgreSQL with a standby; one server on a PostgreSQL that the nemesis has prepared; this edition and the next on one.
 */
export type Ground = "one" | "line" | "three" | "split" | "standby" | "beside" | "editions"

export type Field = {
  installation: Installation
  provider: FakeTwilio
  random: Random
  /** Among all tests, where each nemesis has seconds and not minutes. */
  isBrief: boolean
  /** Lets the harm last: milliseconds, and how many of them in the brief form. Ends early when the run is ended. */
  lasts(full: number, brief: number): Promise<void>
  clients: readonly { name: string; isConnected(): boolean; openedAt(): number }[]
  /** Clients that say they have a live line to the server, of how many. */
  connected(): { now: number; of: number }
  /** By how much longer than on a quiet machine anything may take here and now. */
  patience(): number
  /** Aborted when the run is ended early. */
  signal: AbortSignal
  /** A line for the report, such as what was measured. */
  say(line: string): void
}

export type Nemesis = {
  /** As `--only` takes it: words joined by hyphens. */
  name: string
  /** What it does to whom, one line. */
  what: string
  on: Ground
  /** Why it cannot run on this machine. */
  cannot?(): string | undefined | Promise<string | undefined>
  /** Before the installation is opened in `folder`; its data folder will be `folder/data`. */
  prepare?(folder: string): Preparation | Promise<Preparation>
  strike(field: Field): Promise<void>
  /** Milliseconds of peace between two blows, from and to. */
  pause?: readonly [number, number]
  /** Times on the two sides of its blows cannot be compared. */
  movesClocks?: true
  /** Milliseconds within which every client must be back once the server is reachable again. */
  backWithin?: number
}
