import { newId } from "../../server/db/db.ts"
import type { Figure, Part } from "./figure.ts"
import { measureHops, startBare } from "./load-bare.ts"
import { asAgent, AS_VISITOR, openLine, type LoadLine } from "./load-line.ts"
import { openAgentSockets, openVisitorSockets } from "./load-sockets.ts"
import { until } from "./load-until.ts"
import { makeCompanies, type LoadCompany, type LoadVisitor } from "./load-world.ts"
import { percentile } from "./statistics.ts"

const A_SECOND = 100
const LINES = 16

/**
 * From being accepted, and from being sent, to standing on the other side's socket, with everybody connected and every
 * agent seeing everything.
 * The floor carries the same load: as many rows a second, each committed alone, and as many frames to as many sockets.
 */
export const latency: Part = {
  name: "latency",
  async run(bench) {
    const size = bench.isShort
      ? { visitors: 20, agents: 3, first: 0.2, seconds: 0.5, hops: 20 }
      : { visitors: 2_000, agents: 50, first: 3, seconds: 12, hops: 600 }
    const databaseUrl = await bench.emptyDatabase()
    const parley = await bench.startParley({ databaseUrl })
    const [company] = await makeCompanies(databaseUrl, { companies: 1, ...size })
    if (company === undefined) throw new Error("There is no company.")
    const bare = await startBare(databaseUrl)
    try {
      const hops = { count: size.hops, every: 1_000 / A_SECOND }
      const alone = await measureHops(bare, { ...hops, agents: 1, visitors: 1 })
      const floors = [await measureHops(bare, { ...hops, ...size })]
      const seen = await talk(parley.url, company, size)
      floors.push(await measureHops(bare, { ...hops, ...size }))
      return [
        ...figuresOf("customer to agent", seen.atAgents, {
          floor: floors.flatMap(({ atAgents }) => atAgents),
          alone: alone.atAgents,
        }),
        ...figuresOf("agent to customer", seen.atVisitors, {
          floor: floors.flatMap(({ atVisitors }) => atVisitors),
          alone: alone.atVisitors,
        }),
      ]
    } finally {
      await bare.stop()
    }
  },
}

type Times = { fromSent: number[]; fromAccepted: number[] }
/** `first`: of the first seconds, when code is compiled and plans are made; of what came `later` by itself. */
type Spoken = { first: Times; later: Times }

function figuresOf(
  name: string,
  { first, later }: Spoken,
  { floor, alone }: { floor: readonly number[]; alone: readonly number[] },
): Figure[] {
  const of = (times: readonly number[], what: string, percent: number, note?: string): Figure => {
    const [value, least] = [percentile(times, percent / 100), percentile(floor, percent / 100)]
    const figure = { name: `${name}${what}, p${percent}`, value, unit: "ms", floor: least }
    return {
      ...figure,
      ratio: value / least,
      ratioIs: "value/floor",
      ...(note === undefined ? {} : { note }),
    }
  }
  const accepted = [50, 95, 99].map((percent) => {
    const hop = percentile(alone, percent / 100).toFixed(1)
    const note = `from when the sender was told that it is accepted; a commit and a hop with nobody else connected ${hop} ms`
    const figure = of(later.fromAccepted, "", percent, note)
    if (percent !== 95) return figure
    return {
      ...figure,
      aim: { what: "p95 ≤ 5 times the floor", isMet: figure.value <= 5 * (figure.floor ?? 0) },
    }
  })
  return [
    ...accepted,
    ...[50, 95, 99].map((percent) => of(later.fromSent, ", from being sent", percent)),
    {
      name: `${name}, from being sent, first seconds of a fresh server, p95`,
      value: percentile(first.fromSent, 0.95),
      unit: "ms",
      note: "not among the figures above",
    },
  ]
}

type Said = { sentAt: number; acceptedAt: number; seenAt: number[] }

/** Half of the messages by customers, half by agents; each stands on all sockets that are to get it, or this throws. */
async function talk(
  url: string,
  company: LoadCompany,
  size: { first: number; seconds: number },
): Promise<{ atAgents: Spoken; atVisitors: Spoken }> {
  const asked = new Map<string, Said>()
  const answered = new Map<string, Said>()
  const note = (said: Map<string, Said>, text: string): void => {
    const now = performance.now()
    for (const [, id = ""] of text.matchAll(/"text":"said ([0-9a-f-]{36})"/g)) said.get(id)?.seenAt.push(now)
  }
  const agents = await openAgentSockets(url, company, {
    onText: (_, text) => {
      if (text.startsWith('{"kind":"frame"')) note(asked, onlyEntries(text))
    },
  })
  const visitors = await openVisitorSockets(url, company, {
    visitors: company.visitors,
    onText: (_, text) => {
      if (text.startsWith('{"kind":"messages"')) note(answered, text)
    },
  })
  const lines = await Promise.all(Array.from({ length: LINES }, () => openLine(url)))
  const speak = createSpeaker(url, company, lines)
  const begun = performance.now()
  const speaking: Promise<void>[] = []
  for (let count = 0; count < (size.first + size.seconds) * A_SECOND; count += 1) {
    const wait = begun + (count * 1_000) / A_SECOND - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    speaking.push(count % 2 === 0 ? speak.ask(count, asked) : speak.answer(count, answered))
  }
  await Promise.all(speaking)
  await until(
    () =>
      [...asked.values()].every(({ seenAt }) => seenAt.length >= agents.length) &&
      [...answered.values()].every(({ seenAt }) => seenAt.length >= 1),
    "every message stands on every socket that is to get it",
  )
  for (const { close } of [...agents, ...visitors]) close()
  for (const line of lines) line.close()
  const warm = begun + size.first * 1_000
  return { atAgents: spokenOf(asked, warm), atVisitors: spokenOf(answered, warm) }
}

/** A conversation's row shows the text, too; counted is the entry. */
function onlyEntries(text: string): string {
  return text.replaceAll(/"last":\{[^}]*\}/g, "")
}

function spokenOf(said: Map<string, Said>, warm: number): Spoken {
  const all = [...said.values()]
  return {
    first: timesOf(all.filter(({ sentAt }) => sentAt < warm)),
    later: timesOf(all.filter(({ sentAt }) => sentAt >= warm)),
  }
}

function timesOf(said: readonly Said[]): Times {
  return {
    fromSent: said.flatMap(({ sentAt, seenAt }) => seenAt.map((at) => at - sentAt)),
    fromAccepted: said.flatMap(({ acceptedAt, seenAt }) => seenAt.map((at) => Math.max(0, at - acceptedAt))),
  }
}

function createSpeaker(url: string, company: LoadCompany, lines: LoadLine[]) {
  const free = [...lines]
  const last = new Map<LoadVisitor, string>()

  async function send(
    said: Map<string, Said>,
    request: { path: string; headers: string; body(id: string): string },
  ) {
    const line = free.pop() ?? (await openLine(url))
    const id = newId()
    const mine: Said = { sentAt: performance.now(), acceptedAt: 0, seenAt: [] }
    said.set(id, mine)
    const answer = await line.post(request.path, request.headers, request.body(id))
    mine.acceptedAt = performance.now()
    free.push(line)
    if (!lines.includes(line)) lines.push(line)
    if (answer.status !== 200) throw new Error(`It was refused: ${answer.body}`)
    return id
  }

  function visitorOf(count: number): LoadVisitor {
    const visitor = company.visitors[count % company.visitors.length]
    if (visitor === undefined) throw new Error("There is nobody who speaks.")
    return visitor
  }

  return {
    async ask(count: number, said: Map<string, Said>): Promise<void> {
      const { key } = visitorOf(count)
      await send(said, {
        path: `/visitor/v1/${company.sourceId}/messages`,
        headers: AS_VISITOR,
        body: (id) => `{"key":"${key}","id":"${id}","text":"said ${id}"}`,
      })
    },
    async answer(count: number, said: Map<string, Said>): Promise<void> {
      const visitor = visitorOf(count)
      const { assignee, addressId, conversationId, answerId } = visitor
      const expects = {
        assigneeId: assignee.agentId,
        isOpen: true,
        lastAnswerId: last.get(visitor) ?? answerId,
      }
      const id = await send(said, {
        path: `/api/v1/conversations/${conversationId}/answers`,
        headers: asAgent(url, { cookie: assignee.cookie, workspaceId: company.workspaceId }),
        body: (fresh) => JSON.stringify({ id: fresh, text: `said ${fresh}`, addressId, expects }),
      })
      last.set(visitor, id)
    },
  }
}
