import type { Nemesis } from "./nemesis.ts"

export const processes: Nemesis[] = [
  {
    name: "kill-server",
    what: "kill -9 of the server; every third time of its PostgreSQL too",
    on: "one",
    async strike({ installation, random, lasts }) {
      const [server] = installation.servers
      if (random.chance(1 / 3)) installation.postgres.signalAll("SIGKILL")
      await server?.kill()
      await lasts(random.between(0, 2_000), 0)
    },
  },
]
