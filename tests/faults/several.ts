/** Harm to one of several servers while others live: nobody may be without a live stream for long. */
import { lacksNats, startNats, type Nats } from "../harness/nats.ts"
import type { Field, Nemesis } from "./nemesis.ts"
import type { ServerProcess } from "./server-process.ts"
import { watchStreams } from "./streams.ts"

/** Milliseconds, where the machine is not busier than it has processors. */
const WITHOUT_STREAM = 5_000
/** What stands still breaks no connection: the balancer has to miss two answers first, each for up to two seconds. */
const UNTIL_NOTICED = 4_000

/** kill -9; what it was doing is taken over, and it is started again after a while. */
const killOne = amongOthers(WITHOUT_STREAM, async (field, server) => {
  await server.kill()
  await field.lasts(8_000, 5_000)
  await server.start()
})

/** It neither answers nor lets go, and then goes on as if nothing had been. */
const freezeOne = amongOthers(UNTIL_NOTICED + WITHOUT_STREAM, async (field, server) => {
  server.signal("SIGSTOP")
  await field.lasts(30_000, 6_000)
  server.signal("SIGCONT")
})

/** As an upgrade does it: one after another is stopped and started. */
const rollAll = amongOthers(WITHOUT_STREAM, async (field) => {
  for (const server of field.installation.servers) {
    await server.stop()
    await server.start()
    await field.lasts(2_000, 500)
  }
})

/**
 * A balancer that looks leads everybody to another server in time. One that does not look for a while still leads
 * people to the dead one now and then: how long that takes them is chance, and only said.
 */
function amongOthers(
  most: number,
  harm: (field: Field, server: ServerProcess) => Promise<void>,
): Nemesis["strike"] {
  return async (field) => {
    const { installation, random, clients, isBrief, patience } = field
    const server = random.pick(installation.servers)
    const isSleepy = !isBrief && installation.balancers?.size === 1 && random.chance(0.25)
    for (const balancer of installation.balancers ?? []) balancer.attend(isSleepy ? "sleepy" : "attentive")
    const watch = watchStreams(clients)
    try {
      await harm(field, server)
    } finally {
      watch.stop()
    }
    const { name, ms } = watch.longest()
    const measured = `${name} was without a live stream for ${(ms / 1_000).toFixed(1)} s`
    field.say(
      `${server.name}${isSleepy ? ", behind a balancer that does not look" : ""}: ${measured}, longest of all.`,
    )
    if (ms > most * patience() && !isSleepy) throw new Error(`${measured} while other servers lived.`)
  }
}

let nats: Nats | undefined

/** The bus dies, stands still or comes back, and a server with it: what it did not carry is found by looking. */
async function harmNats(field: Field): Promise<void> {
  if (nats === undefined) throw new Error("There is no nats-server.")
  const isFrozen = field.random.chance(0.3)
  try {
    if (isFrozen) nats.signal("SIGSTOP")
    else await nats.kill()
    await field.lasts(5_000, 2_000)
    // Who starts now starts without it.
    await killOne(field)
  } finally {
    if (isFrozen) nats.signal("SIGCONT")
    else await nats.start()
  }
  await field.lasts(5_000, 2_000)
}

export const killOneOfThree: Nemesis = {
  name: "kill-one-of-three",
  what: "kill -9 of one of three servers, again and again",
  on: "three",
  strike: killOne,
}

export const killNats: Nemesis = {
  name: "kill-nats",
  what: "kill -9 or SIGSTOP of nats-server, and kill -9 of one of three servers meanwhile",
  on: "three",
  cannot: lacksNats,
  async prepare() {
    const started = await startNats()
    nats = started
    return { environment: { NATS_URL: started.url }, undo: () => started.stop() }
  },
  strike: harmNats,
}

export const severalNemeses: Nemesis[] = [
  killOneOfThree,
  {
    name: "freeze-one-of-three",
    what: "SIGSTOP of one of three servers for 30 s",
    on: "three",
    strike: freezeOne,
  },
  {
    name: "roll-three",
    what: "three servers are stopped and started one by one",
    on: "three",
    strike: rollAll,
  },
  {
    name: "kill-one-role",
    what: "kill -9 of the customers' server, the agents' or the one for jobs",
    on: "split",
    strike: killOne,
  },
  {
    name: "freeze-one-role",
    what: "SIGSTOP of the customers' server, the agents' or the one for jobs for 30 s",
    on: "split",
    strike: freezeOne,
  },
  killNats,
]
