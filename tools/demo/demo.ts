/**
 * `npm run demo`: fills a fresh workspace with a believable company and serves it, so that someone can look around
 * at once. Everything is written through the product's own doors, with its clock set back and running forward
 * through three years; only SMS goes to a stand-in for the phone network.
 */
import { createHash } from "node:crypto"
import { z } from "zod"
import { sessionAnswer } from "../../protocol/commands.ts"
import { mentionOf } from "../../protocol/text.ts"
import { readConfig } from "../../server/config/config.ts"
import { acts, receive, seen } from "../../server/conversations/conversations.ts"
import { createAdapters } from "../../server/channels/channels.ts"
import { newId } from "../../server/db/db.ts"
import { start } from "../../server/main.ts"
import { accessAgent, type Agent } from "../../server/team/team.ts"
import company from "./company.json" with { type: "json" }
import { startPhoneNetwork } from "./phone-network.ts"
import { tellStory, type DemoCustomer, type Stretch } from "./story.ts"

const config = readConfig(process.env)
const YEARS = 3
const now = new Date()
let time = new Date(now.getTime() - (YEARS + 0.1) * 365 * 86_400_000)

const network = await startPhoneNetwork()
const parley = await start({ ...config, roles: new Set(["http", "stream"]) }, { clock: { now: () => time } })
const { body: before } = await ask("GET", "/session")
if (!sessionAnswer.parse(before).needsFirstWorkspace) {
  await parley.stop()
  network.stop()
  process.stderr.write(
    `There is a workspace in ${config.databaseUrl === undefined ? config.dataFolder : "the database"} already. "npm start" serves it; for a demo beside it name another folder:\n  PARLEY_DATA=./demo-data npm run demo\n`,
  )
  process.exit(1)
}

process.stdout.write("Telling the story of Fjord Shoes …\n")
let ownerCookies: Cookies
const world = await foundCompany()
const customers = tellStory(now)
await live(customers)
for (const { teamId } of Object.values(world.teams)) await setReturning(teamId, true)
await parley.runDueJobs()
await parley.stop()

const serving = await start(config)
const address = config.publicUrl ?? serving.url
process.stdout.write(`
Parley is ready at ${address}

  Sign in as           ${company.agents.map(({ email }) => email).join(", ")}
  with the password    ${company.password}
  Be a customer at     ${address}/try

`)
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    network.stop()
    serving.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })

type Cookies = string | undefined
type Answer = { body: unknown; cookies: string; status: number }

async function ask(
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: object,
  cookies?: Cookies,
): Promise<Answer> {
  const response = await parley.app.inject({
    method,
    url: `/api/v1${path}`,
    headers: {
      host: "localhost",
      origin: "http://localhost",
      ...(cookies === undefined ? {} : { cookie: cookies }),
    },
    ...(body === undefined ? {} : { payload: body }),
  })
  if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.body}`)
  const set = response.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; ")
  return { body: response.json(), cookies: set, status: response.statusCode }
}

/** Nobody has the desk open while the story is told; without this his conversations would be taken from him. */
async function setReturning(teamId: string, returnsWhenAway: boolean): Promise<void> {
  await ask("PATCH", `/teams/${teamId}`, { id: newId(), returnsWhenAway }, ownerCookies)
}

type World = {
  workspaceId: string
  agents: Agent[]
  teams: Record<"Sales" | "Support", { agents: Agent[]; teamId: string; website: string }>
  sms: string
}

/** The owner signs up, invites the others, makes two teams and connects two websites and a phone number. */
async function foundCompany(): Promise<World> {
  const [owner, ...others] = company.agents
  if (owner === undefined) throw new Error("A company needs an owner.")
  const workspaceId = newId()
  const person = { name: owner.name, email: owner.email, password: company.password }
  const founded = await ask("POST", "/workspaces", {
    id: workspaceId,
    company: company.company,
    ...person,
  })
  ownerCookies = founded.cookies
  for (const { name, email, role } of others) {
    const { body } = await ask("POST", "/invitations", { id: newId(), role }, ownerCookies)
    const token = z.object({ link: z.string() }).parse(body).link.split("/").at(-1) ?? ""
    await ask("POST", `/invitations/${token}/accept`, { name, email, password: company.password })
  }
  const users: { id: string; name: string; email: string; shutOutOf: string[] }[] = []
  for (const { email } of company.agents) {
    const signedIn = await ask("POST", "/sign-in", { email, password: company.password })
    const { user } = sessionAnswer.parse((await ask("GET", "/session", undefined, signedIn.cookies)).body)
    if (user === null) throw new Error(`${email} cannot sign in.`)
    users.push({ ...user, shutOutOf: [] })
  }
  const enter = () => Promise.all(users.map((user) => accessAgent(parley.database.db, user, workspaceId)))
  let agents = await enter()
  const source = async (name: string, teamId: string, settings: object) =>
    z
      .object({ id: z.string() })
      .parse((await ask("POST", "/sources", { id: newId(), name, teamId, settings }, ownerCookies)).body).id
  const team = async (name: "Sales" | "Support") => {
    const members = agents.filter((_, index) => company.agents[index]?.teams.includes(name))
    const { body } = await ask(
      "POST",
      "/teams",
      { id: newId(), name, memberIds: members.map(({ agentId }) => agentId) },
      ownerCookies,
    )
    const teamId = z.object({ id: z.string() }).parse(body).id
    await setReturning(teamId, false)
    return {
      agents: members,
      teamId,
      website: await source(name === "Sales" ? "Shop" : "Help pages", teamId, { channel: "web-chat" }),
    }
  }
  const teams = { Sales: await team("Sales"), Support: await team("Support") }
  // What one may see is read when one enters.
  agents = await enter()
  for (const each of Object.values(teams))
    each.agents = each.agents.map(
      (member) => agents.find(({ agentId }) => agentId === member.agentId) ?? member,
    )
  const account = {
    accountId: `AC${"0".repeat(32)}`,
    authToken: "of the demo only",
    apiBase: network.apiBase,
  }
  const sms = await source("Text line", teams.Support.teamId, {
    channel: "sms",
    number: "+46850000100",
    ...account,
  })
  const proactive = {
    text: "Unsure about the size? Tell us your foot length and we will find it.",
    afterSeconds: 8,
  }
  await ask(
    "PATCH",
    `/sources/${teams.Sales.website}`,
    { id: newId(), settings: { channel: "web-chat", proactive } },
    ownerCookies,
  )
  return { workspaceId, agents, teams, sms }
}

/** All stretches of all customers at once, in the order of time. */
async function live(all: DemoCustomer[]): Promise<void> {
  const { sync } = parley
  const needs = { sync, adapters: createAdapters(config) }
  type Happening = { at: number; happens: () => Promise<void> }
  const happenings: Happening[] = all.flatMap((customer, index) => {
    const home = world.teams[customer.team]
    const sourceId = customer.channel === "sms" ? world.sms : home.website
    const known: { conversationId?: string; addressId?: string; lastAnswerId: string | null; last: string } =
      { lastAnswerId: null, last: "" }
    return customer.stretches.flatMap((stretch, number) => {
      const agent = home.agents[stretch.agent % home.agents.length]
      if (agent === undefined) throw new Error("A team needs members.")
      let at = stretch.begins.getTime()
      let expected: { assigneeId: string | null; isOpen: boolean } = { assigneeId: null, isOpen: true }
      const said = stretch.lines.map((line, place): Happening => {
        at += (stretch.pauses[place] ?? 1) * 60_000
        return { at: Math.min(at, now.getTime() - 1_000), happens: () => say(line) }
      })
      return [
        ...said,
        {
          at: Math.min(at, now.getTime() - 500) + 1,
          happens: () => end(stretch, number === customer.stretches.length - 1),
        },
      ]

      async function say(line: Stretch["lines"][number]): Promise<void> {
        if (line.kind === "customer") {
          const [received] = await receive(sync, [
            {
              workspaceId: world.workspaceId,
              sourceId,
              channel: customer.channel,
              teamId: home.teamId,
              addressValue:
                customer.channel === "sms"
                  ? customer.number
                  : createHash("sha256").update(`demo ${index}`).digest("hex"),
              addressDisplay: customer.channel === "sms" ? customer.number : "",
              profile: {
                name: customer.name,
                city: customer.city,
                country: customer.country,
                language: customer.language,
              },
              message: {
                id: newId(),
                providerId: customer.channel === "sms" ? newId() : null,
                text: line.text,
                claimedAt: null,
                files: [],
              },
            },
          ])
          if (received === undefined) throw new Error("A message was not taken.")
          known.conversationId = received.conversationId
          known.addressId = received.addressId
          known.last = received.at
        }
        const { conversationId, addressId } = known
        if (conversationId === undefined || addressId === undefined || agent === undefined) return
        if (line.kind === "note")
          await acts.note(sync, agent, conversationId, {
            id: newId(),
            text: line.text.replace(/@\{(.+?)\}/g, (_, name: string) => mentionOf("agent", agentNamed(name))),
          })
        if (line.kind === "answer") {
          const expects = { ...expected, lastAnswerId: known.lastAnswerId }
          const id = newId()
          const { at: answeredAt } = await acts.answer(needs, agent, conversationId, {
            id,
            text: line.text,
            addressId,
            expects,
          })
          expected = { assigneeId: agent.agentId, isOpen: true }
          known.lastAnswerId = id
          known.last = answeredAt
        }
      }

      async function end({ ending, isRead }: Stretch, isLast: boolean): Promise<void> {
        const { conversationId, addressId } = known
        if (conversationId === undefined || addressId === undefined || agent === undefined) return
        if (ending === "unassigned") return
        if (ending === "open" && expected.assigneeId === null)
          await acts.assign(sync, agent, conversationId, {
            id: newId(),
            to: { kind: "agent", agentId: agent.agentId },
            expects: { assigneeId: null },
          })
        if (customer.channel === "web-chat" && ending === "closed") {
          const { workspaceId } = world
          await seen.customerRead(sync, { workspaceId, addressId, upTo: known.last })
        }
        if (isRead) await acts.read(sync, agent, conversationId, { id: newId(), upTo: known.last })
        if (ending === "closed") {
          const page = await acts.getConversation(sync, agent, conversationId)
          const row = page.rows.find((each) => each.kind === "conversation")
          await acts.close(sync, agent, conversationId, {
            id: newId(),
            lastCustomerEntryId: row?.lastCustomerEntryId ?? null,
          })
        }
        if (isLast && customer.isStarred)
          await acts.star(sync, agent, conversationId, { id: newId(), isStarred: true })
      }
    })
  })
  for (const [index, { at, happens }] of happenings.toSorted((one, other) => one.at - other.at).entries()) {
    time = new Date(at)
    await happens()
    if (index % 200 === 0) await parley.runDueJobs()
  }
}

function agentNamed(name: string): string {
  return world.agents.find((agent) => agent.name === name)?.agentId ?? ""
}
