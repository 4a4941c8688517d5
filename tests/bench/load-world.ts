/**
 * Companies to put under load: agents who are signed in, and visitors who have written before. Filled in by SQL,
 * because what is measured is what happens next; ids, keys and cookies are what browsers would hold.
 */
import { createHash, createHmac, randomBytes } from "node:crypto"
import pg from "pg"
import { newId } from "../../server/db/db.ts"

export type LoadAgent = { agentId: string; cookie: string }
export type LoadVisitor = {
  key: string
  addressId: string
  conversationId: string
  /** His last message, and the answer to it that he has seen. */
  entryId: string
  answerId: string
  assignee: LoadAgent
}
export type LoadCompany = {
  workspaceId: string
  sourceId: string
  teamId: string
  agents: LoadAgent[]
  visitors: LoadVisitor[]
}

/** `agents` and `visitors`: of each company. Parley has made its tables in the database before. */
export async function makeCompanies(
  databaseUrl: string,
  o: { companies: number; agents: number; visitors: number },
): Promise<LoadCompany[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ secret: string }>("select secret from installation")
    const secret = rows[0]?.secret ?? ""
    const companies = Array.from({ length: o.companies }, () => inventCompany(secret, o))
    for (const company of companies) {
      await insertTeam(client, company)
      await insertVisitors(client, company)
    }
    await client.query("vacuum analyze")
    return companies
  } finally {
    await client.end()
  }
}

function inventCompany(secret: string, o: { agents: number; visitors: number }): LoadCompany {
  const agents = Array.from({ length: o.agents }, () => ({ agentId: newId(), cookie: cookieOf(secret) }))
  const [first] = agents
  if (first === undefined) throw new Error("A company needs an agent.")
  const visitors = Array.from({ length: o.visitors }, (_, place) => ({
    key: randomBytes(32).toString("base64url"),
    addressId: newId(),
    conversationId: newId(),
    entryId: newId(),
    answerId: newId(),
    assignee: agents[place % agents.length] ?? first,
  }))
  return { workspaceId: newId(), sourceId: newId(), teamId: newId(), agents, visitors }
}

/** As better-auth signs a session's token. */
function cookieOf(secret: string): string {
  const token = randomBytes(24).toString("base64url")
  const signature = createHmac("sha256", secret).update(token).digest("base64")
  return `parley.session_token=${encodeURIComponent(`${token}.${signature}`)}`
}

function tokenOf({ cookie }: LoadAgent): string {
  return /=([^.]+)\./.exec(cookie)?.[1] ?? ""
}

async function insertTeam(client: pg.Client, company: LoadCompany): Promise<void> {
  const { workspaceId, sourceId, teamId, agents } = company
  const website = { channel: "web-chat", greeting: "Hello!", accent: "#2457d6", proactive: null }
  await client.query(`insert into workspaces (id, name, created_at) values ($1, 'Load', now())`, [
    workspaceId,
  ])
  await client.query(`insert into counters (workspace_id) values ($1)`, [workspaceId])
  await client.query(
    `insert into teams (workspace_id, id, name, is_everyone, delivery_mode, created_at)
     values ($1, $2, 'Everyone', true, 'queue', now())`,
    [workspaceId, teamId],
  )
  await client.query(
    `insert into sources (workspace_id, id, channel, name, team_id, settings, created_at)
     values ($1, $2, 'web-chat', 'Website', $3, $4, now())`,
    [workspaceId, sourceId, teamId, website],
  )
  await client.query(
    `with agent as (
       select id, token, 'Agent ' || place as name, 'agent-' || id || '@load.example' as email
         from unnest($3::uuid[], $4::text[]) with ordinality as given (id, token, place)
     ), person as (
       insert into identity."user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
       select id, name, email, true, now(), now() from agent
     ), signed_in as (
       insert into identity.session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
       select id, now() + interval '1 day', token, now(), now(), id from agent
     ), member as (
       insert into memberships (workspace_id, team_id, agent_id, joined_at)
       select $1, $2, id, now() - interval '1 day' from agent
     )
     insert into agents (workspace_id, id, user_id, name, email, role, role_since, is_present, connected_until, created_at)
     select $1, id, id, name, email, 'agent', now() - interval '1 day', true, now() + interval '1 hour', now() from agent`,
    [workspaceId, teamId, agents.map(({ agentId }) => agentId), agents.map(tokenOf)],
  )
}

/** Each wrote once, an hour ago, and has seen the answer he got. */
async function insertVisitors(client: pg.Client, company: LoadCompany): Promise<void> {
  const { workspaceId, sourceId, teamId, visitors } = company
  const given = visitors.map((visitor) => ({
    address: visitor.addressId,
    conversation: visitor.conversationId,
    customer: newId(),
    asked: visitor.entryId,
    answered: visitor.answerId,
    agent: visitor.assignee.agentId,
    value: createHash("sha256").update(visitor.key).digest("base64url"),
  }))
  await client.query(
    `with given as materialized (
       select *, now() - interval '1 hour' as at, now() - interval '50 minutes' as later
         from jsonb_to_recordset($4::jsonb) as given (address uuid, conversation uuid, customer uuid, asked uuid,
                                                     answered uuid, agent uuid, value text)
     ), known as (
       insert into customers (workspace_id, id, country, city, language, created_at)
       select $1::uuid, customer, 'DE', 'Berlin', 'en', at from given
     ), reached as (
       insert into addresses (workspace_id, id, customer_id, source_id, channel, value, last_used_at, seen_at, agent_seen_at, created_at)
       select $1::uuid, address, customer, $2::uuid, 'web-chat', value, at, later, later, at from given
     ), talking as (
       insert into conversations (workspace_id, id, customer_id, team_id, assignee_id, last_assignee_id, last_at, updated_at,
                                  last_source_id, last_address_id, last_entry_id, last_customer_entry_id,
                                  last_answer_id, last_answer_agent_id, last_answer_at, created_at)
       select $1::uuid, conversation, customer, $3::uuid, agent, agent, later, later, $2::uuid, address, answered, asked,
              answered, agent, later, at from given
     )
     insert into entries (workspace_id, id, conversation_id, at, type, agent_id, address_id, source_id, text, delivery)
     select $1::uuid, asked, conversation, at, 'message', null, address, $2::uuid, 'Where is my order?', null from given
     union all
     select $1::uuid, answered, conversation, later, 'message', agent, address, $2::uuid, 'On its way.', 'read' from given`,
    [workspaceId, sourceId, teamId, JSON.stringify(given)],
  )
}
