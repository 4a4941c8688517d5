import { mkdir } from "node:fs/promises"
import path from "node:path"
import type { FakeTwilio } from "../providers/fake-twilio.ts"
import type { BrowserNetwork } from "./browser-network.ts"
import type { Company } from "./company.ts"
import { openDesk, type Desk } from "./desk.ts"
import { openPhone, type Phone } from "./phone.ts"
import type { Random } from "./random.ts"
import { openVisitor, type History, type Visitor } from "./visitor.ts"
import { wordsIn } from "./words.ts"

export type People = { visitors: Visitor[]; phones: Phone[]; desks: Desk[] }

/** A company, its customers and its agents, who all write until they rest. */
export type Side = { word: string; company: Company; people: People; history: History }

export type SideNeeds = {
  word: string
  company: Company
  visitors: number
  phones: number
  /** Of all visitors: the origin they find the server at. */
  street: string
  /** One for each agent. */
  lines: string[]
  /** Milliseconds between two texts of a customer, and between two acts of an agent. */
  pauses: { customer: number; agent: number }
  folder: string
  provider: FakeTwilio
  network: BrowserNetwork
  random: Random
}

export const NUMBER = "+15005550006"

export async function openSide(needs: SideNeeds): Promise<Side> {
  const history: History = {
    typed: [],
    accepted: [],
    refused: [],
    claims: [],
    merges: { merged: 0, undone: 0 },
    heard: [],
    seen: [],
    complaints: [],
  }
  const folder = path.join(needs.folder, needs.word)
  await mkdir(folder)
  const people = {
    visitors: openVisitors({ ...needs, folder }, history),
    phones: openPhones(needs, history),
    desks: openDesks(needs, history),
  }
  return { word: needs.word, company: needs.company, people, history }
}

function openVisitors(needs: SideNeeds, history: History): Visitor[] {
  const { word, folder, company, street, random, pauses } = needs
  return Array.from({ length: needs.visitors }, (_, index) =>
    openVisitor({
      name: `${word} visitor ${index + 1}`,
      folder,
      origin: street,
      sourceId: company.websiteId,
      history,
      random: random.branch(),
      pause: pauses.customer,
    }),
  )
}

function openPhones(needs: SideNeeds, history: History): Phone[] {
  const { word, company, street, random, pauses, provider } = needs
  return Array.from({ length: needs.phones }, (_, index) =>
    openPhone({
      name: `${word} phone ${index + 1}`,
      number: `+3361234510${index}`,
      to: NUMBER,
      webhook: `${street}/webhooks/sms/${company.numberId}`,
      provider,
      history,
      random: random.branch(),
      pause: pauses.customer,
    }),
  )
}

function openDesks(needs: SideNeeds, history: History): Desk[] {
  const { word, company, lines, network, random, pauses } = needs
  return company.agents.map((agent, index) => {
    const base = lines[index] ?? ""
    const name = `${word} agent ${index + 1}`
    const heard = new Set<string>()
    network.signIn(base, {
      cookie: agent.cookie(),
      onHeard(text) {
        for (const one of wordsIn(text)) if (!heard.has(one)) history.heard.push({ by: name, word: one })
        for (const one of wordsIn(text)) heard.add(one)
      },
    })
    return openDesk({
      name,
      agentId: agent.agentId,
      workspaceId: company.workspaceId,
      base,
      history,
      random: random.branch(),
      pause: pauses.agent,
    })
  })
}

export async function closePeople({ visitors, phones, desks }: People): Promise<void> {
  for (const phone of phones) phone.close()
  await Promise.all([...visitors, ...desks].map((client) => client.close()))
}

/** Nobody writes anything more, once this resolves. */
export async function rest({ visitors, phones, desks }: People): Promise<void> {
  for (const one of [...phones, ...desks]) one.rest()
  await Promise.all(visitors.map((visitor) => visitor.rest()))
}
