import type { FastifyReply, FastifyRequest } from "fastify"
import { refuse } from "../../protocol/refusals.ts"
import { turns } from "../db/db.ts"
import type { Config } from "../config/config.ts"
import type { Sync } from "../sync/sync.ts"
import { createJointLimit } from "./joint-limit.ts"
import { networkOf } from "./limit.ts"

/** Guesses at one person's password from one place; somebody else's guesses elsewhere lock nobody out. */
const GUESSES = { name: "guesses", most: 10, seconds: 10 * 60 }
/** Passwords from one place. Each is slow to check, on purpose. */
const CHECKS = { atOnceOfOne: 2, mostWaitingOfOne: 50 }
/** A code is good for ninety seconds and for one sign-in. */
const CODES = { name: "codes", most: 1, seconds: 120 }

/** What stands before every look at a password or a code. */
export type Guard = {
  /** A password that is made, not tried: only slow. */
  inTurn<T>(ip: string, work: () => Promise<T>): Promise<T>
  /** `work` tries the password of whoever has the address, and throws where it is wrong. Refuses `too-often`. */
  guess<T>(who: { ip: string; email: string }, work: () => Promise<T>): Promise<T>
  /** `work` tries the code; one that was right is wrong from then on. Refuses `wrong-code`. */
  useCode<T>(userId: string, code: string, work: () => Promise<T>): Promise<T>
}

/** One for all routes: what is counted in one place is counted in the others. */
export function createGuard({ db }: Sync, config: Config): Guard {
  // A check keeps a database connection while it lasts: everybody else needs some, too.
  const atOnce = Math.ceil(config.databaseConnections / 4)
  const guesses = createJointLimit(db, GUESSES)
  const codes = createJointLimit(db, CODES)
  const checks = turns.createTurns({ atOnce, ...CHECKS })
  return {
    inTurn: (ip, work) => checks(networkOf(ip), work),
    async guess({ ip, email }, work) {
      const network = networkOf(ip)
      const key = `${network} ${email}`
      return checks(network, async () => {
        // Counted before it is tried: guesses that come all at once, to whichever processes, are no more than others.
        if (!(await guesses.take(key))) throw refuse("too-often")
        const done = await work()
        await guesses.giveBack(key)
        return done
      })
    },
    async useCode(userId, code, work) {
      const key = `${userId} ${code}`
      if (!(await codes.take(key))) throw refuse("wrong-code")
      try {
        return await work()
      } catch (error) {
        await codes.giveBack(key)
        throw error
      }
    },
  }
}

/** The browser a request comes from, as identity is told of it. */
export type From = ReturnType<typeof fromOf>

export function fromOf({ headers }: FastifyRequest) {
  return { cookie: headers.cookie, userAgent: headers["user-agent"] }
}

export function setCookies(request: FastifyRequest, reply: FastifyReply, cookies: readonly string[]): void {
  // Only over https: in an office without it a Secure cookie would never come back.
  const lines = cookies.map((cookie) => (request.protocol === "https" ? `${cookie}; Secure` : cookie))
  if (lines.length > 0) reply.header("set-cookie", lines)
}
