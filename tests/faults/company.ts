import { newId } from "../../server/db/db.ts"
import { createColleague, createOwner, type Person } from "../flows/person.ts"

type Colleague = Person & { agentId: string }
export type Company = { workspaceId: string; agents: Colleague[]; websiteId: string; numberId?: string }

/** One agent and a website. */
export async function foundSmallCompany(url: string, domain: string): Promise<Company> {
  const owner = await createOwner(url, `owner@${domain}`)
  const agent = await asAgent(owner)
  const websiteId = await makeSource(owner, {
    name: "Shop",
    teamId: await makeTeam(owner, "Shop", [agent]),
    settings: { channel: "web-chat" },
  })
  return { workspaceId: owner.workspaceId, agents: [agent], websiteId }
}

/**
 * An owner and his colleagues. Everybody answers on the website; the telephone number belongs to all but two, of whom
 * one is the owner and sees it all the same. Offers that nobody accepts end while everything goes on.
 */
export async function foundCompany(url: string, agentCount: number, number: object): Promise<Company> {
  const owner = await createOwner(url)
  const agents: Colleague[] = [await asAgent(owner)]
  for (let count = 1; count < agentCount; count += 1) {
    const email = `agent${count}@acme.example`
    agents.push(await createColleague(url, owner, { name: `Agent ${count + 1}`, email }))
  }
  for (const [name, color] of [
    ["Refund", "red"],
    ["Praise", "green"],
    ["Size", "blue"],
  ])
    await make(owner, "/labels", { id: newId(), name, color })
  const shop = { teamId: await makeTeam(owner, "Shop", agents), settings: { channel: "web-chat" } }
  const line = { teamId: await makeTeam(owner, "Line", agents.slice(2)), settings: number }
  return {
    workspaceId: owner.workspaceId,
    agents,
    websiteId: await makeSource(owner, { name: "Shop", ...shop }),
    numberId: await makeSource(owner, { name: "Line", ...line }),
  }
}

async function asAgent(owner: Person & { workspaceId: string }): Promise<Colleague> {
  const { body: session } = await owner.get("/session")
  const [entry] = Array.isArray(session.workspaces) ? session.workspaces : []
  return { ...owner, agentId: String(Object(entry).agentId) }
}

async function make(owner: Person, path: string, what: object): Promise<string> {
  const { status, body } = await owner.send("POST", path, what)
  if (status !== 200) throw new Error(`Something could not be made: ${JSON.stringify(body)}`)
  return String(body.id)
}

function makeSource(owner: Person, source: object): Promise<string> {
  return make(owner, "/sources", source)
}

async function makeTeam(owner: Person, name: string, members: Colleague[]): Promise<string> {
  const teamId = await make(owner, "/teams", { name, memberIds: members.map(({ agentId }) => agentId) })
  await owner.send("PATCH", `/teams/${teamId}`, { deliveryMode: "offer", offerSeconds: 5 })
  return teamId
}
