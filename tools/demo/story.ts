import type { Channel } from "../../protocol/values.ts"
import company from "./company.json" with { type: "json" }

export type Line =
  | { kind: "customer"; text: string }
  | { kind: "answer"; text: string }
  | { kind: "note"; text: string }

/** One stretch of a customer's conversation: what is said and what becomes of it. */
export type Stretch = {
  begins: Date
  lines: Line[]
  /** Minutes from each line to the next. */
  pauses: number[]
  /** Who of the team answers, as a number to take modulo the team's members. */
  agent: number
  ending: "closed" | "open" | "unassigned"
  /** Whether its agent has read all of it; of what is open there is always some that waits to be read. */
  isRead: boolean
}

export type DemoCustomer = {
  name: string | null
  city: string
  country: string
  language: string
  channel: Channel
  team: "Sales" | "Support"
  number: string
  isStarred: boolean
  stretches: Stretch[]
}

const CUSTOMERS = 300
const YEARS = 3
const DAY = 24 * 60 * 60_000

/** How many of the customers wrote within the last days, by what became of it. */
const RECENT = { closed: 16, open: 34, unassigned: 9 }

/** The same company each time: only the dates move with `now`. */
export function tellStory(now: Date): DemoCustomer[] {
  const random = seeded(20_26)
  const pick = <T>(all: readonly T[]): T => {
    const picked = all[Math.floor(random() * all.length)]
    if (picked === undefined) throw new Error("There is nothing to pick from.")
    return picked
  }
  const endings = (["closed", "open", "unassigned"] as const).flatMap((ending) =>
    Array.from({ length: RECENT[ending] }, () => ending),
  )
  return Array.from({ length: CUSTOMERS }, (_, index) => {
    const dialogue = pick(company.dialogues)
    const language = dialogue.language
    const people = company.people[language as keyof typeof company.people]
    const team = dialogue.team === "Sales" ? "Sales" : "Support"
    const place = pick(people.places)
    const ofTeam = company.dialogues.filter((each) => each.language === language && each.team === team)
    // Spread over the customers, so that recent ones are not all of the first languages drawn.
    const recent = index % 5 === 0 ? endings.pop() : undefined
    const count = 1 + Math.floor(random() * 4)
    const past = Array.from({ length: count }, () => now.getTime() - DAY * (4 + random() * 365 * YEARS))
    // The past was answered, and nobody asks the same thing twice.
    const unused = ofTeam.filter(({ turns }) => turns.some((turn) => lineOf(turn).kind === "answer"))
    const next = () => unused.splice(Math.floor(random() * unused.length), 1)[0]
    const stretches: Stretch[] = past
      .toSorted((one, other) => one - other)
      .flatMap((begins) => {
        const told = next()
        return told === undefined ? [] : [stretch(begins, told, "closed")]
      })
    if (recent !== undefined) {
      const hours = recent === "unassigned" ? 0.05 + random() * 3 : 1 + random() * 40
      stretches.push(stretch(now.getTime() - hours * 3_600_000, next() ?? pick(ofTeam), recent))
    }
    return {
      name: random() < 0.62 ? nameFrom(people.names) : null,
      city: place[0] ?? "",
      country: place[1] ?? "",
      language,
      channel: team === "Support" && random() < 0.4 ? "sms" : "web-chat",
      team,
      number: people.numbers.slice(0, -3) + String(100 + index),
      isStarred: random() < 0.06,
      stretches,
    }
  })

  function stretch(begins: number, dialogue: { turns: string[] }, ending: Stretch["ending"]): Stretch {
    const lines = dialogue.turns.map(lineOf)
    // Who waits for a first answer has only written; who is being answered may be in the middle of it.
    const waits = lines.findIndex(({ kind }) => kind !== "customer")
    const kept = ending === "unassigned" && waits > 0 ? lines.slice(0, waits) : lines
    const short = ending === "open" && kept.length > 2 && random() < 0.5 ? kept.slice(0, 3) : kept
    return {
      begins: new Date(begins),
      lines: short,
      pauses: short.map(() => 0.5 + random() * random() * 14),
      // The owner, as whom most people look around, has a little more to do.
      agent: ending === "open" && random() < 0.3 ? 0 : Math.floor(random() * 100),
      ending,
      isRead: ending === "closed" || random() < 0.7,
    }
  }

  function nameFrom(names: readonly string[]): string {
    const [first] = pick(names).split(" ")
    return `${first ?? ""} ${pick(names).split(" ").slice(1).join(" ")}`
  }
}

function lineOf(turn: string): Line {
  if (turn.startsWith("> ")) return { kind: "customer", text: turn.slice(2) }
  if (turn.startsWith("# ")) return { kind: "note", text: turn.slice(2) }
  return { kind: "answer", text: turn }
}

/** Mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
