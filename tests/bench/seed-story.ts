/**
 * What happened in one conversation of a data set, from its number alone: ten messages and notes, who has it, who
 * has read how far. Nothing here is in a table that the product's own rules could not have brought about.
 */
import { mentionOf } from "../../protocol/text.ts"
import { createRandom, type Random } from "../faults/random.ts"
import type { Company, Source } from "./seed-people.ts"
import { nameOf, sayings, writeText } from "./seed-texts.ts"

const MINUTE = 60_000
export const YEARS = 2
export const MESSAGES = 10
const STARS = 2_000

export type Shape = {
  /** Conversations. */
  size: number
  open: number
  /** Messages of the first conversation. */
  longest: number
  /** When the latest message was written. */
  until: number
  /** Texts and names of many words, and one in a hundred is everybody's business: to be searched. */
  hasManyWords: boolean
}

export type Line = {
  id: string
  at: number
  kind: "customer" | "answer" | "note" | "assigned" | "closed"
  agentId: string | null
  text: string
}

export type Story = {
  id: string
  customerId: string
  addressId: string
  source: Source
  teamId: string
  /** null: a lead. */
  name: string | null
  phone: string
  isOpen: boolean
  assigneeId: string | null
  /** Who has it or had it last. */
  lastAssigneeId: string | null
  /** In order, the closing last. */
  lines: Line[]
  mentions: { agentId: string; line: Line }[]
  /** Given to the assignee by somebody else. */
  assignedBy: string | null
  marks: { agentId: string; at: number | null }[]
  starredBy: string[]
}

/** Evenly spread: exactly `share` of `of` are true. */
function isAmong(place: number, share: number, of: number): boolean {
  return Math.floor(((place + 1) * share) / of) > Math.floor((place * share) / of)
}

/** Most of what is open is recent; one in ten has been lying since whenever. */
export function isOpenAt(index: number, { size, open }: Shape): boolean {
  const recent = Math.min(size, 4 * open)
  const old = size - recent
  const openOld = Math.min(old, Math.floor(open / 10))
  return index < old ? isAmong(index, openOld, old) : isAmong(index - old, open - openOld, recent)
}

/** A UUIDv7 of that moment: `kind` and `number` make it unique. */
function idOf(at: number, kind: number, number: number): string {
  const time = at.toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7${kind.toString(16).padStart(3, "0")}-8000-${number.toString(16).padStart(12, "0")}`
}

export function tellStory(company: Company, shape: Shape, index: number): Story {
  const random = createRandom(index + 1)
  const isOpen = isOpenAt(index, shape)
  const source = pickSource(random, company)
  const [everyoneId = ""] = company.teamIds
  const teamId = random.chance(shape.hasManyWords ? 0.01 : 0.02) ? everyoneId : source.teamId
  const members = company.members.get(teamId) ?? []
  const lastAssigneeId = isOpen && random.chance(0.1) ? null : random.pick(members).id
  const assigneeId = random.chance(isOpen ? 0.07 : 0.03) ? null : lastAssigneeId
  const end = shape.until - Math.floor((1 - (index + 1) / shape.size) * YEARS * 365 * 24 * 60 * MINUTE)
  const story: Story = {
    id: idOf(end, 1, index),
    customerId: idOf(end, 2, index),
    addressId: idOf(end, 3, index),
    source,
    teamId,
    name: random.chance(0.6) ? (shape.hasManyWords ? nameOf(random) : `Customer ${index}`) : null,
    phone: `+1${(2_000_000_000 + index).toString()}`,
    isOpen,
    assigneeId,
    lastAssigneeId,
    lines: [],
    mentions: [],
    assignedBy: null,
    marks: [],
    starredBy: [],
  }
  const count = index === 0 ? shape.longest : MESSAGES
  const gap = index === 0 ? 5 * MINUTE : random.between(0.2, 60) * MINUTE
  const say = () => (shape.hasManyWords ? writeText(random) : random.pick(sayings))
  write(story, { random, company, index, end, count, gap, say })
  readUp(story, random, company)
  // As many to an agent at every size: a star is put on what one means to come back to.
  if (isAmong(index, Math.min(STARS, Math.floor(shape.size / 5)), shape.size))
    story.starredBy.push(random.pick(members).id)
  return story
}

/** One of the teams has a line that hardly anybody writes to: what is rare must be found as fast as what is not. */
function pickSource(random: Random, { websites, numbers }: Company): Source {
  const number = random.pick(numbers)
  if (random.chance(number === numbers[0] ? 0.002 : 0.25)) return number
  return random.pick(websites)
}

function write(
  story: Story,
  o: {
    random: Random
    company: Company
    index: number
    end: number
    count: number
    gap: number
    say(): string
  },
): void {
  const { random, company, index, end, count, gap, say } = o
  const { lines, lastAssigneeId, isOpen } = story
  const hasNote = lastAssigneeId !== null && random.chance(0.3)
  const add = (at: number, kind: Line["kind"], agentId: string | null, text: string): Line => {
    const line = {
      id: idOf(at, 4 + (lines.length >> 20), index * 2 ** 20 + lines.length),
      at,
      kind,
      agentId,
      text,
    }
    lines.push(line)
    return line
  }
  for (let place = 0; place < count; place++) {
    const at = Math.floor(end - (count - place) * gap)
    const isLast = place === count - 1
    const isAnswer = place > 0 && (isLast && !isOpen ? true : random.chance(0.4))
    if (lastAssigneeId === null || !isAnswer) {
      add(at, "customer", null, say())
      continue
    }
    if (!lines.some(({ kind }) => kind === "assigned")) add(at - 1, "assigned", lastAssigneeId, "")
    if (hasNote && place === 5) {
      const mentioned = random.chance(0.15) ? random.pick(company.agents).id : undefined
      const text =
        mentioned === undefined ? "Called them." : `Please have a look, ${mentionOf("agent", mentioned)}.`
      const line = add(at, "note", lastAssigneeId, text)
      if (mentioned !== undefined && mentioned !== lastAssigneeId)
        story.mentions.push({ agentId: mentioned, line })
    } else add(at, "answer", lastAssigneeId, say())
  }
  if (story.assigneeId !== null && !lines.some(({ kind }) => kind === "assigned"))
    add(end - 2, "assigned", lastAssigneeId, "")
  if (lines.some(({ kind }) => kind === "assigned") && random.chance(0.1))
    story.assignedBy = company.owner.id === lastAssigneeId ? null : company.owner.id
  if (!isOpen) add(end, "closed", lastAssigneeId, "")
}

/** Who has it has read it, unless the customer has just written; some colleague may have looked in. */
function readUp(story: Story, random: Random, company: Company): void {
  const { lines, marks, isOpen, lastAssigneeId } = story
  const latest = lines.at(-1)?.at ?? null
  const answered = lines.findLast(({ kind }) => kind === "answer")?.at ?? null
  if (lastAssigneeId !== null)
    marks.push({ agentId: lastAssigneeId, at: isOpen && random.chance(0.4) ? answered : latest })
  const other = random.pick(company.agents).id
  if (other !== lastAssigneeId && random.chance(0.1)) marks.push({ agentId: other, at: latest })
}
