import { WebSocket } from "ws"
import { belongsTo, readerOf, type Counts, type Reader } from "../../protocol/inboxes.ts"
import type { AgentRow, ConversationRow, Row, TeamRow } from "../../protocol/rows.ts"
import { PROTOCOL, page, toDesk, type Page, type ToDesk } from "../../protocol/stream.ts"
import { createPerson, PASSWORD, type Person } from "../flows/person.ts"
import type { Bench } from "./figure.ts"
import { askOnce, type Dataset } from "./dataset.ts"
import { MEMBER, NEWCOMER, OWNER } from "./seed-people.ts"

const FIRST_OF_EACH = 100
const PATIENCE = 60_000

/** An agent before a server on a data set. */
export type Sitting = {
  who: "sees all" | "one team" | "sees 1 %"
  url: string
  workspaceId: string
  agentId: string
  /** One of his teams, not Everyone. */
  teamId: string
  person: Person
}

/** A server on the set, and in front of it one agent who sees all and one who sees two teams. */
export async function sitDown(bench: Bench, dataset: Dataset): Promise<Sitting[]> {
  // Without jobs: nobody's conversations are given back because he was not there between two runs.
  const environment = { PARLEY_ROLES: "http,stream" }
  const { url } = await bench.startParley({ databaseUrl: dataset.databaseUrl, environment })
  return Promise.all([
    signIn({ who: "sees all", email: OWNER, url, dataset }),
    signIn({ who: "one team", email: MEMBER, url, dataset }),
  ])
}

/** One who sees all, and one who sees one in a hundred; words are kept meanwhile, as anywhere. */
export async function sitDownToSearch(bench: Bench, dataset: Dataset): Promise<Sitting[]> {
  const { url } = await bench.startParley({ databaseUrl: dataset.databaseUrl })
  return Promise.all([
    signIn({ who: "sees all", email: OWNER, url, dataset }),
    signIn({ who: "sees 1 %", email: NEWCOMER, url, dataset }),
  ])
}

async function signIn(o: {
  who: Sitting["who"]
  email: string
  url: string
  dataset: Dataset
}): Promise<Sitting> {
  const { who, email, url, dataset } = o
  const { workspaceId } = dataset
  const person = createPerson(url)
  const { status, body } = await person.send("POST", "/sign-in", { email, password: PASSWORD })
  if (status !== 200) throw new Error(`${email} could not sign in: ${JSON.stringify(body)}`)
  person.enter(workspaceId)
  const { body: session } = await person.get("/session")
  const workspaces = Array.isArray(session.workspaces) ? session.workspaces : []
  const entry: unknown = workspaces.find((each: { id?: unknown }) => each.id === workspaceId)
  const agentId = String(Object(entry).agentId)
  return { who, url, workspaceId, agentId, teamId: await teamOf(dataset.databaseUrl, agentId), person }
}

async function teamOf(databaseUrl: string, agentId: string): Promise<string> {
  return askOnce(
    databaseUrl,
    `select t.id::text as text from memberships m
       join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id and not t.is_everyone
      where m.agent_id = '${agentId}'`,
  )
}

export async function getPage(person: Person, path: string): Promise<Page> {
  const { status, body } = await person.get(path)
  if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`)
  return page.parse(body)
}

type Heard = { at: number; text: string }

/** What a fresh desk is sent, with the time of each message since it began to connect. */
export type Opening = { heard: Heard[]; socket: WebSocket }

/** Connects and says hello as a browser does that has nothing; resolves when the whole snapshot is there. */
export async function openDesk({ url, workspaceId, person }: Sitting): Promise<Opening> {
  const address = new URL(`/api/v1/stream?workspace=${workspaceId}`, url.replace(/^http/, "ws"))
  const heard: Heard[] = []
  const whole = Promise.withResolvers<void>()
  const begun = performance.now()
  const socket = new WebSocket(address, {
    headers: { cookie: person.cookie(), origin: url },
    perMessageDeflate: false,
  })
  const timer = setTimeout(() => whole.reject(new Error("No snapshot came.")), PATIENCE)
  socket.on("open", () => socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL })))
  socket.on("error", whole.reject)
  socket.on("message", (data) => {
    const text = Buffer.isBuffer(data) ? data.toString() : ""
    heard.push({ at: performance.now() - begun, text })
    // Looked at without parsing: the client's own work is not what is measured.
    if (text.startsWith('{"kind":"snapshot"') && text.slice(0, 60).includes('"isLast":true')) whole.resolve()
  })
  try {
    await whole.promise
  } finally {
    clearTimeout(timer)
  }
  return { heard, socket }
}

/** When the counts of all inboxes and the first hundred rows of each were there. */
export function firstShownAt({ heard }: Opening, agentId: string): number {
  const rows = new Map<string, Row>()
  let counts: Counts | undefined
  for (const { at, text } of heard) {
    const message = parse(text)
    if (message.kind !== "snapshot") continue
    for (const row of message.rows) rows.set(keyOf(row), row)
    counts ??= message.counts
    if (counts !== undefined && hasFirstOfEach(rows, counts, agentId)) return at
  }
  throw new Error("The first hundred rows of some inbox never came.")
}

export function parse(text: string): ToDesk {
  return toDesk.parse(JSON.parse(text))
}

/** An agent and what is his alone have one id. */
function keyOf({ kind, id }: Pick<Row, "kind" | "id">): string {
  return `${kind} ${id}`
}

function conversationsIn(rows: ReadonlyMap<string, Row>): ConversationRow[] {
  return [...rows.values()].filter((row) => row.kind === "conversation")
}

function readerIn(rows: ReadonlyMap<string, Row>, agentId: string): Reader {
  const agent = [...rows.values()].find((row): row is AgentRow => row.kind === "agent" && row.id === agentId)
  if (agent === undefined) throw new Error("The agent does not see himself.")
  return readerOf(
    agent,
    [...rows.values()].filter((row): row is TeamRow => row.kind === "team"),
  )
}

function hasFirstOfEach(rows: ReadonlyMap<string, Row>, counts: Counts, agentId: string): boolean {
  const conversations = conversationsIn(rows)
  if (conversations.length === 0) return Object.values(counts.inboxes).every((count) => count === 0)
  const reader = readerIn(rows, agentId)
  return Object.entries(counts.inboxes).every(([inbox, count]) => {
    const here = conversations.filter(
      (row) => (row.isOpen || inbox === "starred") && belongsTo(inbox, row, reader),
    )
    return here.length >= Math.min(count, FIRST_OF_EACH)
  })
}
