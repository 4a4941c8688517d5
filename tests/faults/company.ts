import { createColleague, createOwner, type Person } from "../flows/person.ts"

type Colleague = Person & { agentId: string }
export type Company = { workspaceId: string; agents: Colleague[]; websiteId: string; numberId: string }

/**
 * An owner and his colleagues. Everybody answers on the website; the telephone number belongs to all but two, of whom
 * one is the owner and sees it all the same. Offers that nobody accepts end while everything goes on.
 */
export async function foundCompany(url: string, agentCount: number, number: object): Promise<Company> {
  const owner = await createOwner(url)
  const { body: session } = await owner.get("/session")
  const [entry] = Array.isArray(session.workspaces) ? session.workspaces : []
  const agents: Colleague[] = [{ ...owner, agentId: String(Object(entry).agentId) }]
  for (let count = 1; count < agentCount; count += 1) {
    const email = `agent${count}@acme.example`
    agents.push(await createColleague(url, owner, { name: `Agent ${count + 1}`, email }))
  }
  const make = async (path: string, what: object): Promise<string> => {
    const { status, body } = await owner.send("POST", path, what)
    if (status !== 200) throw new Error(`Something could not be made: ${JSON.stringify(body)}`)
    return String(body.id)
  }
  const makeTeam = async (name: string, members: Colleague[]): Promise<string> => {
    const teamId = await make("/teams", { name, memberIds: members.map(({ agentId }) => agentId) })
    await owner.send("PATCH", `/teams/${teamId}`, { deliveryMode: "offer", offerSeconds: 5 })
    return teamId
  }
  const shop = { name: "Shop", teamId: await makeTeam("Shop", agents), settings: { channel: "web-chat" } }
  const line = { name: "Line", teamId: await makeTeam("Line", agents.slice(2)), settings: number }
  return {
    workspaceId: owner.workspaceId,
    agents,
    websiteId: await make("/sources", shop),
    numberId: await make("/sources", line),
  }
}
