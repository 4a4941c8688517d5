import { mentionOf, partsOfNote } from "../../protocol/text.ts"

/** Somebody a note can name. */
export type Mentionable = { kind: "agent" | "team"; id: string; name: string; photo?: string | null }

/** The `@…` being typed right before the caret: where it starts and what has been typed of the name. */
export function mentionAt(text: string, caret: number): { from: number; typed: string } | undefined {
  const match = /(?:^|[\s(])@([^\s@][^@\n]{0,40})?$/u.exec(text.slice(0, caret))
  if (!match) return undefined
  const typed = match[1] ?? ""
  return { from: caret - typed.length - 1, typed }
}

/** Who fits what was typed: any word of the name may begin with it. */
export function fitting(people: readonly Mentionable[], typed: string): Mentionable[] {
  const wanted = typed.toLocaleLowerCase()
  return people.filter(({ name }) => {
    const lower = name.toLocaleLowerCase()
    return lower.startsWith(wanted) || lower.split(/\s+/).some((word) => word.startsWith(wanted))
  })
}

/**
 * The note as it is kept: each `@Name` that names exactly one agent or team becomes its mention, full names
 * before first names. `chosen` are those picked from the list, who win where several share a name.
 */
export function withMentions(
  text: string,
  people: readonly Mentionable[],
  chosen: readonly Mentionable[],
): string {
  const named = new Map<string, Mentionable | undefined>()
  const claim = (name: string, person: Mentionable) => {
    const key = name.toLocaleLowerCase()
    const owner = named.get(key)
    named.set(key, named.has(key) && owner?.id !== person.id ? undefined : person)
  }
  for (const person of people) claim(person.name, person)
  for (const person of people) {
    const first = person.name.split(/\s+/)[0] ?? ""
    // A first name never takes over what is somebody's whole name.
    if (
      first !== person.name &&
      !people.some((other) => other.name.toLocaleLowerCase() === first.toLocaleLowerCase())
    )
      claim(first, person)
  }
  for (const person of chosen) named.set(person.name.toLocaleLowerCase(), person)
  const names = [...named.keys()]
    .filter((name) => name !== "")
    .toSorted((one, other) => other.length - one.length)
  if (names.length === 0) return text
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}_@])@(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})(?![\\p{L}\\p{N}_])`,
    "giu",
  )
  return text.replace(pattern, (whole, name: string) => {
    const person = named.get(name.toLocaleLowerCase())
    return person ? mentionOf(person.kind, person.id) : whole
  })
}

/** The other way: a kept note as it is typed, for one that came back as a draft. */
export function withNames(text: string, nameOf: (kind: "agent" | "team", id: string) => string): string {
  return partsOfNote(text)
    .map((part) => (part.kind === "text" ? part.text : `@${nameOf(part.kind, part.id)}`))
    .join("")
}
