/**
 * What is typed into the search box, taken apart once for server and desk: words, which must all be there, and
 * operators, which narrow. Nothing typed is an error: what is no operator is words; an operator that cannot be meant so
 * is a problem that is said to the person.
 */
import { z } from "zod"
import { labelColor } from "./labels.ts"
import { channel, id, stamp, type Channel, type Stamp } from "./values.ts"
import { askedWords, type AskedWord } from "./words.ts"

export const SEARCH_OPERATORS = ["label", "from", "channel", "team", "has", "is", "before", "after"] as const
const operator = z.enum(SEARCH_OPERATORS)
type Operator = z.infer<typeof operator>

/** Most characters of what is typed. */
export const MOST_TYPED = 300
/** Most words of it that count. */
const MOST_WORDS = 12

export const searchProblem = z.object({
  operator,
  value: z.string(),
  /** `not-a-date`; `unknown-value`: the operator knows no such thing; `unknown-name`: nobody and nothing is called so. */
  problem: z.enum(["not-a-date", "unknown-value", "unknown-name"]),
})
export type SearchProblem = z.infer<typeof searchProblem>

/** Of names given several times to one operator any may be meant, but of labels each must be there. */
export type Asked = {
  /** As they were typed, without the operators. */
  text: string
  words: AskedWord[]
  labels: string[]
  from: string[]
  teams: string[]
  channels: Channel[]
  hasFile: boolean
  isOpen: boolean | undefined
  before: Stamp | undefined
  after: Stamp | undefined
  problems: SearchProblem[]
}

const PARTS = /([a-z]+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|\S+/giu

/** `zoneMinutes`: how far the person's clock is ahead of UTC, because a day begins where he is. */
export function parseSearch(typed: string, zoneMinutes = 0): Asked {
  const asked: Asked = {
    text: "",
    words: [],
    labels: [],
    from: [],
    teams: [],
    channels: [],
    hasFile: false,
    isOpen: undefined,
    before: undefined,
    after: undefined,
    problems: [],
  }
  const words = new Map<string, AskedWord>()
  const rest: string[] = []
  for (const [part, name = "", quotedValue, plainValue, quoted] of typed
    .slice(0, MOST_TYPED)
    .replace(/\p{Cc}/gu, " ")
    .matchAll(PARTS)) {
    const known = operator.safeParse(name.toLowerCase())
    if (known.success) take(asked, known.data, (quotedValue ?? plainValue ?? "").trim(), zoneMinutes)
    else if (name !== "") rest.push(name, quotedValue ?? plainValue ?? "")
    else rest.push(quoted ?? part)
  }
  // A phone number is typed with spaces, too.
  asked.text = rest.join(" ")
  const number = askedWords(asked.text)
  for (const word of number.length === 1 ? number : rest.flatMap(askedWords)) words.set(word.text, word)
  asked.words = [...words.values()].slice(0, MOST_WORDS)
  return asked
}

/** Whether anything was asked for at all. */
export function isEmptySearch({ text: _text, words, problems, ...narrowed }: Asked): boolean {
  const isNarrowed = Object.values(narrowed).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false,
  )
  return words.length === 0 && problems.length === 0 && !isNarrowed
}

function take(asked: Asked, what: Operator, value: string, zoneMinutes: number): void {
  // Still being typed.
  if (value === "") return
  const isOdd = (problem: SearchProblem["problem"]) => asked.problems.push({ operator: what, value, problem })
  switch (what) {
    case "label":
      return void asked.labels.push(value)
    case "from":
      return void asked.from.push(value)
    case "team":
      return void asked.teams.push(value)
    case "channel": {
      const found = channelOf(value)
      return void (found === undefined ? isOdd("unknown-value") : asked.channels.push(found))
    }
    case "has":
      if (/^files?$/i.test(value)) asked.hasFile = true
      else isOdd("unknown-value")
      return
    case "is": {
      const state = value.toLowerCase()
      if (state === "open" || state === "closed") asked.isOpen = state === "open"
      else isOdd("unknown-value")
      return
    }
    case "before":
    case "after": {
      const day = startOf(value, zoneMinutes)
      if (day === undefined) isOdd("not-a-date")
      else asked[what] = day
    }
  }
}

/** `web-chat`, also as people say it: `chat`, `webchat`. */
function channelOf(value: string): Channel | undefined {
  const plain = value.toLowerCase().replace(/[^a-z]/g, "")
  return channel.options.find((one) => one.replace("-", "") === plain || one.split("-").at(-1) === plain)
}

/** When a day, a month (`2026-03`) or a year begins. */
function startOf(value: string, zoneMinutes: number): Stamp | undefined {
  const [, year = "", month = "01", day = "01"] = /^(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?$/.exec(value) ?? []
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`
  const start = Date.parse(`${text}T00:00:00Z`)
  // `Date` makes another day of the 30th of February.
  if (year === "" || Number.isNaN(start) || !new Date(start).toISOString().startsWith(text)) return undefined
  const found = stamp.safeParse(new Date(start - zoneMinutes * 60_000).toISOString().replace("Z", "000Z"))
  return found.success ? found.data : undefined
}

/** GET /api/v1/search. `zone`: minutes that the asker's clock is ahead of UTC. */
export const searchQuery = z.object({
  q: z.string().max(1_000).default(""),
  cursor: z
    .string()
    .refine((text) => z.tuple([stamp, id]).safeParse(text.split("~")).success)
    .optional(),
  zone: z.coerce.number().int().min(-900).max(900).default(0),
})

const person = z.object({
  id,
  /** null: a lead. */
  name: z.string().nullable(),
  city: z.string().nullable(),
  country: z.string().nullable(),
  photoId: id.nullable(),
})
const textPart = z.object({ text: z.string(), isHit: z.boolean() })

/** A message or note in its context. */
export const foundEntry = z.object({
  id,
  conversationId: id,
  at: stamp,
  type: z.enum(["message", "note"]),
  /** null: the customer wrote it. */
  agentId: id.nullable(),
  channel: channel.nullable(),
  customer: person,
  isOpen: z.boolean(),
  teamId: id,
  /** A line around the first hit, never HTML. */
  snippet: z.array(textPart),
  hasFiles: z.boolean(),
  labelIds: z.array(id),
})
export type FoundEntry = z.infer<typeof foundEntry>

export const foundCustomer = z.object({
  customer: person,
  conversationId: id,
  /** The addresses that can be shown. */
  addresses: z.array(z.string()),
  channel,
  updatedAt: stamp,
})
export type FoundCustomer = z.infer<typeof foundCustomer>

export const searchAnswer = z.object({
  /** With the first page only. */
  customers: z.array(foundCustomer),
  labels: z.array(z.object({ id, name: z.string(), color: labelColor })),
  /** The newest first. */
  entries: z.array(foundEntry),
  /** For the next page; null: there is none. */
  cursor: z.string().nullable(),
  /** Why something typed cannot be meant; nothing is found then. */
  problems: z.array(searchProblem),
  /** False: what was written before an upgrade is still being made findable. */
  isComplete: z.boolean(),
})
export type SearchAnswer = z.infer<typeof searchAnswer>
