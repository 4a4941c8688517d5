import pg from "pg"
import { newId } from "../../server/db/db.ts"
import type { Figure, Part } from "./figure.ts"
import { cutAll, leaveAll, loadConnections, openDesk, openVisitor, type LoadClient } from "./load-clients.ts"
import { asAgent, AS_VISITOR, openLine } from "./load-line.ts"
import { until } from "./load-until.ts"
import { watch, WATCH_FLAGS } from "./load-watch.ts"
import { makeCompanies, type LoadCompany } from "./load-world.ts"

const ROUNDS = 3
const OPENED_AT_ONCE = 50

/** Everybody is cut off in the same moment and comes back; what is written meanwhile reaches whom it is for. */
export const reconnect: Part = {
  name: "reconnect",
  async run(bench) {
    const size = bench.isShort ? { visitors: 30, agents: 3 } : { visitors: 1_950, agents: 50 }
    const databaseUrl = await bench.emptyDatabase()
    const parley = await bench.startParley({ databaseUrl, nodeFlags: WATCH_FLAGS })
    const [company] = await makeCompanies(databaseUrl, { companies: 1, ...size })
    if (company === undefined) throw new Error("There is no company.")
    const rounds: { taken: number; pause: number }[] = []
    try {
      const clients = await openClients(parley.url, company)
      for (let round = 0; round < (bench.isShort ? 1 : ROUNDS); round += 1) {
        await watch(parley.process, "watch")
        const begun = performance.now()
        cutAll()
        const written = await writeMeanwhile(parley.url, company, round)
        const number = await numberOf(databaseUrl, company.workspaceId)
        await until(() => isCaughtUp(clients, written, number), "everybody has caught up")
        const taken = performance.now() - begun
        const { longestPause } = await watch(parley.process, "watch")
        rounds.push({ taken, pause: longestPause })
        // Long enough for the clients to count it as a steady line.
        if (!bench.isShort) await new Promise((resolve) => setTimeout(resolve, 6_000))
      }
    } finally {
      leaveAll()
    }
    const count = (size.visitors + size.agents).toLocaleString("en-GB")
    return figuresOf(count, rounds)
  },
}

function figuresOf(count: string, rounds: readonly { taken: number; pause: number }[]): Figure[] {
  const taken = Math.max(...rounds.map((round) => round.taken)) / 1_000
  const pause = Math.max(...rounds.map((round) => round.pause))
  return [
    {
      name: `${count} clients cut at once, all caught up`,
      value: taken,
      unit: "s",
      aim: { what: "≤ 10 s", isMet: taken <= 10 },
      note: `the worst of ${rounds.length}, with the clients' own pauses`,
    },
    {
      name: "the server's longest pause meanwhile",
      value: pause,
      unit: "ms",
      aim: { what: "≤ 200 ms", isMet: pause <= 200 },
    },
  ]
}

type Clients = { visitors: Map<string, LoadClient>; desks: LoadClient[] }

async function openClients(url: string, company: LoadCompany): Promise<Clients> {
  const connections = await loadConnections()
  const visitors = new Map<string, LoadClient>()
  for (const [place, visitor] of company.visitors.entries()) {
    visitors.set(visitor.conversationId, openVisitor(connections, { url, company, visitor }))
    if (place % OPENED_AT_ONCE === 0)
      await until(() => [...visitors.values()].every(({ isBack }) => isBack), "the visitors are there")
  }
  const desks: LoadClient[] = []
  for (const agent of company.agents) desks.push(openDesk(connections, { url, company, agent }))
  await until(() => [...visitors.values(), ...desks].every(({ isBack }) => isBack), "all are there")
  return { visitors, desks }
}

type Written = { asked: string[]; answered: { conversationId: string; id: string }[] }

/** Of every agent one answer, and as many questions. */
async function writeMeanwhile(url: string, company: LoadCompany, round: number): Promise<Written> {
  const { workspaceId, sourceId, agents, visitors } = company
  const written: Written = { asked: [], answered: [] }
  const line = await openLine(url)
  for (const place of agents.keys()) {
    // Others each time: whom an answer expects to have been the last is known only of the first.
    const visitor = visitors[round * agents.length + place]
    if (visitor === undefined) throw new Error("There are too few visitors.")
    const { key, conversationId, addressId, answerId, assignee } = visitor
    const [asked, answered] = [newId(), newId()]
    const expects = { assigneeId: assignee.agentId, isOpen: true, lastAnswerId: answerId }
    const answers = [
      await line.post(
        `/visitor/v1/${sourceId}/messages`,
        AS_VISITOR,
        JSON.stringify({ key, id: asked, text: "Hello?" }),
      ),
      await line.post(
        `/api/v1/conversations/${conversationId}/answers`,
        asAgent(url, { cookie: assignee.cookie, workspaceId }),
        JSON.stringify({ id: answered, text: "Here I am.", addressId, expects }),
      ),
    ]
    const refused = answers.find(({ status }) => status !== 200)
    if (refused !== undefined) throw new Error(`It was refused: ${refused.body}`)
    written.asked.push(asked)
    written.answered.push({ conversationId, id: answered })
  }
  line.close()
  return written
}

function isCaughtUp({ visitors, desks }: Clients, { asked, answered }: Written, number: number): boolean {
  return (
    desks.every(
      ({ isBack, cursor, seen }) => isBack && cursor >= number && asked.every((id) => seen.has(id)),
    ) &&
    [...visitors.values()].every(({ isBack }) => isBack) &&
    answered.every(({ conversationId, id }) => visitors.get(conversationId)?.seen.has(id))
  )
}

async function numberOf(databaseUrl: string, workspaceId: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ number: string }>(
    "select number from counters where workspace_id = $1",
    [workspaceId],
  )
  await client.end()
  return Number(rows[0]?.number)
}
