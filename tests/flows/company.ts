import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import { expect } from "vitest"
import { countAll, readerOf } from "../../protocol/inboxes.ts"
import type { AgentRow, ConversationRow, CustomerRow, EntryRow, Row, TeamRow } from "../../protocol/rows.ts"
import { page } from "../../protocol/stream.ts"
import type { Config } from "../../server/config/config.ts"
import { conversationLoaders, countsFor } from "../../server/conversations/conversations.ts"
import { newId, snapshot } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import type { Web } from "../../server/previews/previews.ts"
import { findReader, presence, teamLoaders } from "../../server/team/team.ts"
import { createTestDatabase, settableClock, type SettableClock } from "../harness/harness.ts"
import { createColleague, createOwner, type Person } from "./person.ts"

export type Colleague = Person & { agentId: string; name: string }
/** A visitor of a website: his key is who he is there. */
export type Customer = { name: string; key: string; conversationId: string; lastEntryId: string }
/** What an agent has in front of him: whose conversations stand in which inbox, and the number on the icon. */
export type View = Record<"me" | "mentions" | "unassigned" | "starred", string[]> & { badge: number }

/** A whole Parley behind its doors, with a clock that stands until it is moved and jobs that run when told. */
export async function openParley(
  overrides: Partial<Config> = {},
  web?: Web,
): Promise<Parley & { clock: SettableClock }> {
  const database = await createTestDatabase()
  const clock = settableClock("2026-03-02T09:00:00Z")
  const parley = await start(
    {
      ...database.config,
      signup: "open",
      trustedProxies: ["127.0.0.1"],
      roles: new Set(["http", "stream"]),
      ...overrides,
    },
    { clock, ...(web && { web }) },
  )
  return {
    ...parley,
    clock,
    async stop() {
      await parley.stop()
      await database.close()
    },
  }
}

/** A workspace of its own in it: an owner who is never there, a website, the team Everyone set to the queue. */
export async function createCompany(parley: Parley & { clock: SettableClock }) {
  const { url, sync, clock, database } = parley
  const { db } = database
  // Each from a network of its own: few workspaces may be made from one.
  const from = { "x-forwarded-for": `10.${randomBytes(3).join(".")}` }
  const owner = await createOwner(url, `owner-${newId()}@acme.example`, from)
  const { workspaceId } = owner
  const customers = new Map<string, Customer>()
  const agents: Colleague[] = []
  const everyoneId = await only(
    sql<{ id: string }>`select id from teams where workspace_id = ${workspaceId} and is_everyone`,
  )
  const sourceId = await only(sql<{ id: string }>`select id from sources where workspace_id = ${workspaceId}`)
  await succeed(owner.send("PATCH", `/teams/${everyoneId}`, { deliveryMode: "queue" }))

  async function only(query: ReturnType<typeof sql<{ id: string }>>): Promise<string> {
    const { rows } = await query.execute(db)
    const [row] = rows
    if (row === undefined) throw new Error("Nothing was found.")
    return row.id
  }

  /** A colleague with his app open, unless told that he is away. */
  async function hire(
    name: string,
    o: { role?: "admin" | "agent"; isAway?: boolean } = {},
  ): Promise<Colleague> {
    const email = `${name.toLowerCase().replaceAll(" ", "-")}-${newId()}@acme.example`
    const made = await createColleague(url, owner, { name, email, ...(o.role && { role: o.role }) })
    const agent = { ...made, name }
    agents.push(agent)
    if (!o.isAway) await connect(agent)
    return agent
  }

  /** As his app does every minute while it is open. */
  async function connect(agent: Colleague): Promise<void> {
    await presence.renewPresence(sync, workspaceId, [agent.agentId])
  }

  async function makeTeam(members: Colleague[], rules: object = {}): Promise<string> {
    const memberIds = members.map(({ agentId }) => agentId)
    const { body } = await succeed(
      owner.send("POST", "/teams", { name: `Team ${newId().slice(-4)}`, memberIds }),
    )
    await succeed(owner.send("PATCH", `/teams/${String(body.id)}`, { deliveryMode: "offer", ...rules }))
    return String(body.id)
  }

  async function makeSource(teamId: string): Promise<string> {
    const settings = { channel: "web-chat" }
    const { body } = await succeed(owner.send("POST", "/sources", { name: "Shop", teamId, settings }))
    return String(body.id)
  }

  /** Somebody writes on a website; who writes again is the same customer. */
  async function write(name: string, o: { at?: string; text?: string } = {}): Promise<Customer> {
    const known = customers.get(name)
    const key = known?.key ?? randomBytes(32).toString("base64url")
    const id = newId()
    const response = await fetch(`${url}/visitor/v1/${o.at ?? sourceId}/messages`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ key, id, text: o.text ?? `Hello from ${name}` }),
    })
    if (response.status !== 200) throw new Error(await response.text())
    const conversationId = await only(sql`
      select conversation_id as id from entries where workspace_id = ${workspaceId} and id = ${id}`)
    const customer = { name, key, conversationId, lastEntryId: id }
    customers.set(name, customer)
    return customer
  }

  /** The same person on another website of the company: two addresses, one customer. */
  async function introduce(name: string, otherSourceId: string): Promise<void> {
    const { conversationId } = get(customers, name)
    await sql`
      insert into addresses (workspace_id, id, customer_id, source_id, channel, value, last_used_at, created_at)
      select a.workspace_id, ${newId()}, a.customer_id, ${otherSourceId}, a.channel, a.value, a.created_at, a.created_at
        from conversations c
        join addresses a on a.workspace_id = c.workspace_id and a.customer_id = c.customer_id
       where c.id = ${conversationId} limit 1`.execute(db)
  }

  async function see(agent: Colleague, name: string): Promise<ConversationRow> {
    const { body } = await succeed(agent.get(`/conversations/${get(customers, name).conversationId}`))
    const [row] = page.parse(body).rows
    if (row?.kind !== "conversation") throw new Error("No conversation was answered.")
    return row
  }

  /** What is noted about the customer. */
  async function notes(agent: Colleague, name: string): Promise<CustomerRow> {
    const { body } = await succeed(
      agent.get(`/conversations/${get(customers, name).conversationId}/customer`),
    )
    const [row] = page.parse(body).rows
    if (row?.kind !== "customer") throw new Error("No customer was answered.")
    return row
  }

  async function timeline(agent: Colleague, name: string): Promise<EntryRow[]> {
    const { body } = await succeed(
      agent.get(`/conversations/${get(customers, name).conversationId}/entries?limit=200`),
    )
    return page.parse(body).rows.filter((row) => row.kind === "entry")
  }

  /** What happened to the conversation by the rules or by hand, oldest first. */
  async function events(agent: Colleague, name: string): Promise<Record<string, unknown>[]> {
    const entries = await timeline(agent, name)
    return entries.flatMap(({ body }) => (body.type === "event" ? [body.event] : []))
  }

  /** A command on a conversation as the agent's desk sends it after having looked, answered with refusal or success. */
  async function act(agent: Colleague, name: string, what: string, body: object = {}) {
    const path = `/conversations/${get(customers, name).conversationId}/${what}`
    return agent.send(methodOf(what), path, body)
  }

  /** Answers by what the agent sees now, unless told what he saw. */
  async function answer(agent: Colleague, name: string, saw?: ConversationRow, text = "Certainly.") {
    const row = saw ?? (await see(agent, name))
    const expects = {
      assigneeId: row.assigneeId,
      isOpen: row.isOpen,
      lastAnswerId: row.lastAnswer?.id ?? null,
    }
    return act(agent, name, "answers", { text, addressId: row.lastAddressId, expects })
  }

  async function close(agent: Colleague, name: string) {
    const { lastCustomerEntryId } = await see(agent, name)
    return succeed(act(agent, name, "close", { lastCustomerEntryId }))
  }

  async function assign(agent: Colleague, name: string, to: object) {
    const { assigneeId } = await see(agent, name)
    return act(agent, name, "assign", { to, expects: { assigneeId } })
  }

  /**
   * Every inbox of the agent as its pages say it and the badge as the server counts it; that a desk would come to
   * the same from its rows is asserted by the way.
   */
  async function look(agent: Colleague): Promise<View> {
    const [me, mentions, unassigned, starred] = await Promise.all([
      list(agent, "me"),
      list(agent, "mentions"),
      list(agent, "unassigned"),
      list(agent, "starred"),
    ])
    const counts = await snapshot(db, async (tx) => {
      const reader = await findReader(tx, workspaceId, agent.agentId)
      if (reader === undefined) throw new Error("The agent is disabled.")
      const counts = await countsFor(tx, reader)
      const rows = await loadReplica(parley, workspaceId, agent.agentId)
      expect(counts).toEqual(countReplica(rows, agent.agentId))
      return counts
    })
    expect({ me: me.length, mentions: mentions.length }).toEqual({
      me: counts.inboxes["me"],
      mentions: counts.inboxes["mentions"],
    })
    return { me, mentions, unassigned, starred, badge: counts.badge }
  }

  /** Names of the customers in the inbox, in its order. */
  async function list(agent: Colleague, inbox: string, isClosed = false): Promise<string[]> {
    const { body } = await succeed(agent.get(`/conversations?inbox=${inbox}&closed=${isClosed}`))
    const names = new Map([...customers.values()].map(({ conversationId, name }) => [conversationId, name]))
    return page.parse(body).rows.map(({ id }) => names.get(id) ?? id)
  }

  /** Time passes, and what becomes due by it is done; who is connected stays so. */
  async function pass(seconds: number, connected: Colleague[] = agents): Promise<void> {
    clock.advance(seconds)
    for (const agent of connected) {
      await sql`
        update agents set connected_until = ${clock.now()}::timestamptz + interval '6 minutes'
         where id = ${agent.agentId} and is_present`.execute(db)
    }
    await parley.runDueJobs()
  }

  return {
    ...parley,
    owner,
    workspaceId,
    sourceId,
    everyoneId,
    agents,
    customers,
    hire,
    connect,
    makeTeam,
    makeSource,
    write,
    introduce,
    see,
    notes,
    timeline,
    events,
    act,
    answer,
    close,
    assign,
    look,
    list,
    pass,
  }
}
export type Company = Awaited<ReturnType<typeof createCompany>>

function methodOf(what: string): string {
  if (/^customer(\/photo)?$/.test(what)) return "PATCH"
  if (what === "customer/erase") return "POST"
  return /^(star|mention|snooze|draft|customer\/.*)$|\/labels\//.test(what) ? "PUT" : "POST"
}

/** The answer of a request that is expected to succeed. */
export async function succeed<A extends { status: number; body: unknown }>(asked: Promise<A>): Promise<A> {
  const answer = await asked
  if (answer.status !== 200) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer
}

function get<V>(map: Map<string, V>, key: string): V {
  const value = map.get(key)
  if (value === undefined) throw new Error(`Nobody is called ${key}.`)
  return value
}

/** Everything a fresh replica of the agent holds that counts depend on. */
export async function loadReplica(parley: Parley, workspaceId: string, agentId: string): Promise<Row[]> {
  return snapshot(parley.database.db, async (tx) => {
    const reader = await findReader(tx, workspaceId, agentId)
    if (reader === undefined) throw new Error("The agent is disabled.")
    const rows: Row[] = []
    for (const loader of [...teamLoaders, ...conversationLoaders])
      for await (const ids of loader.snapshot(tx, reader)) {
        const loaded = await loader.load(tx, workspaceId, ids, [reader])
        rows.push(...(loaded.get(agentId)?.values() ?? []))
      }
    return rows
  })
}

export function countReplica(rows: Row[], agentId: string) {
  const agent = rows.find((row): row is AgentRow => row.kind === "agent" && row.id === agentId)
  if (agent === undefined) throw new Error("The agent does not see himself.")
  const teams = rows.filter((row): row is TeamRow => row.kind === "team")
  const conversations = rows.filter((row): row is ConversationRow => row.kind === "conversation")
  return countAll(conversations, readerOf(agent, teams))
}
