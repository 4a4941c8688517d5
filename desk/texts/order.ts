import { inLocale } from "./say.ts"

const collator = inLocale((locale) => new Intl.Collator(locale, { numeric: true }))

/** As the language has it, and Team 2 before Team 10. */
export function byName(one: { name: string }, other: { name: string }): number {
  return collator().compare(one.name, other.name)
}

type Team = { name: string; isEveryone: boolean }

/** How teams stand wherever several do: Everyone first. */
export function byTeam(one: Team, other: Team): number {
  return Number(other.isEveryone) - Number(one.isEveryone) || byName(one, other)
}
