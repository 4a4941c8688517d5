import type pg from "pg"
import { newId } from "../../server/db/db.ts"
import { createColleague, createOwner } from "../flows/person.ts"

/** Who signs in when the set is measured; both with the password of the tests' people. */
export const OWNER = "ada@acme.example"
export const MEMBER = "bo@acme.example"
/** In no team but Everyone, and has nothing: where much is searched, he sees one conversation in a hundred. */
export const NEWCOMER = "cy@acme.example"

const TEAMS = ["Sales", "Support", "Shipping", "Returns", "Wholesale"]
const AGENTS = 50
const ADMINS = 4
/** Everybody was there before anybody wrote. */
const HIRED = "2 years 6 months"

export type Seat = { id: string; teamIds: string[] }
export type Source = { id: string; teamId: string; channel: "web-chat" | "sms" }
export type Company = {
  workspaceId: string
  agents: Seat[]
  /** Everyone first. */
  teamIds: string[]
  websites: Source[]
  numbers: Source[]
  members: ReadonlyMap<string, Seat[]>
  /** The owner sees everything. */
  owner: Seat
  /** In Everyone and in one team. */
  member: Seat
}

/** Fifty people in five teams, by the product's own doors as far as somebody has to sign in. */
export async function foundCompany(url: string, client: pg.Client, hasNewcomer: boolean): Promise<Company> {
  const { workspaceId, ...owner } = await createOwner(url, OWNER)
  const member = await createColleague(url, owner, { name: "Bo Berg", email: MEMBER })
  await client.query(
    `insert into agents (workspace_id, id, user_id, name, email, role, role_since, is_present, created_at)
     select $1, gen_random_uuid(), gen_random_uuid()::text, 'Agent ' || number, 'agent' || number || '@acme.example',
            case when number <= $2 then 'admin' else 'agent' end, now(), number % 2 = 0, now()
       from generate_series(1, $3::int) number`,
    [workspaceId, ADMINS - 1, AGENTS - 2],
  )
  for (const [position, name] of TEAMS.entries())
    await client.query(
      `insert into teams (workspace_id, id, name, created_at) values ($1, $2, $3, now() + $4 * interval '1 ms')`,
      [workspaceId, newId(), name, position],
    )
  // Everybody is in Everyone, and each in one team more.
  await client.query(
    `insert into memberships (workspace_id, team_id, agent_id, joined_at)
     select t.workspace_id, t.id, a.id, now()
       from (select *, row_number() over (order by created_at, id) as place from agents where workspace_id = $1) a
       join (select *, row_number() over (order by created_at, id) - 1 as place from teams where workspace_id = $1) t
         on t.is_everyone or t.place = 1 + (a.place % $2)
     on conflict do nothing`,
    [workspaceId, TEAMS.length],
  )
  await client.query(
    `insert into sources (workspace_id, id, channel, name, team_id, settings, created_at)
     select t.workspace_id, gen_random_uuid(), 'web-chat', t.name || ' website', t.id,
            '{"channel": "web-chat", "greeting": "Hello", "accent": "#1f6feb", "proactive": null}', now()
       from teams t where t.workspace_id = $1 and not t.is_everyone
     union all
     select t.workspace_id, gen_random_uuid(), 'sms', t.name || ' line', t.id,
            jsonb_build_object('channel', 'sms', 'number', '+1500555' || lpad((row_number() over ())::text, 4, '0'),
                               'accountId', 'AC' || repeat('0', 32), 'apiBase', 'http://127.0.0.1:9', 'problem', null), now()
       from teams t where t.workspace_id = $1 and not t.is_everyone`,
    [workspaceId],
  )
  for (const [table, column] of [
    ["agents", "role_since"],
    ["memberships", "joined_at"],
    ["teams", "created_at"],
  ])
    await client.query(
      `update ${table} set ${column} = ${column} - interval '${HIRED}' where workspace_id = $1`,
      [workspaceId],
    )
  const company = await readCompany(client, workspaceId, member.agentId)
  if (!hasNewcomer) return company
  // After the others are known, so that nobody gives him anything.
  await createColleague(url, owner, { name: "Cy Newell", email: NEWCOMER })
  const [everyoneId] = company.teamIds
  return { ...company, websites: company.websites.filter(({ teamId }) => teamId !== everyoneId) }
}

async function readCompany(client: pg.Client, workspaceId: string, memberId: string): Promise<Company> {
  const rows = async <R extends pg.QueryResultRow>(text: string): Promise<R[]> =>
    (await client.query<R>(text, [workspaceId])).rows
  const agents = await rows<Seat>(
    `select a.id, array(select m.team_id::text from memberships m
                         where m.workspace_id = a.workspace_id and m.agent_id = a.id) as "teamIds"
       from agents a where a.workspace_id = $1 order by a.created_at, a.id`,
  )
  const [owner] = await rows<{ id: string }>(
    `select id from agents where workspace_id = $1 and role = 'owner'`,
  )
  const teams = await rows<{ id: string }>(
    `select id from teams where workspace_id = $1 order by is_everyone desc, created_at, id`,
  )
  const sources = await rows<Source>(
    `select id, team_id as "teamId", channel from sources where workspace_id = $1 order by name`,
  )
  const seatOf = (id: string | undefined): Seat => {
    const seat = agents.find((agent) => agent.id === id)
    if (seat === undefined) throw new Error("Somebody who was hired is not there.")
    return seat
  }
  const teamIds = teams.map(({ id }) => id)
  return {
    workspaceId,
    agents,
    teamIds,
    websites: sources.filter(({ channel }) => channel === "web-chat"),
    numbers: sources.filter(({ channel }) => channel === "sms"),
    members: new Map(teamIds.map((id) => [id, agents.filter((agent) => agent.teamIds.includes(id))])),
    owner: seatOf(owner?.id),
    member: seatOf(memberId),
  }
}
