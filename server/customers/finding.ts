/** How customers are found by what people type of them; `found_as` is made by migration 0020. */
import { sql, type RawBuilder } from "kysely"
import type { Id } from "../../protocol/values.ts"

/** Words of a search that are looked at; nobody types more to find a person. */
const MOST_WORDS = 6
const MOST_SLIPS = 3

/** What customers stand in order by, of `customers customer`; those without a name come last. */
export const nameKey = sql<string>`coalesce(customer.found_as, '~') collate "C"`

/**
 * SQL for the customers of whom each word begins a word of the name or of a field. What looks like a phone number is a
 * part of one instead: a number typed as it is dialled at home lacks its country's code, and has a zero before it.
 */
export function foundBy(workspaceId: Id, typed: string): RawBuilder<unknown> | undefined {
  const words = typed.trim().split(/\s+/).slice(0, MOST_WORDS)
  if (words[0] === "" || words[0] === undefined) return undefined
  const digits = typed.replace(/[\s().\-/]/g, "")
  if (/^\+?\d{3,15}$/.test(digits)) {
    const part = digits.startsWith("+") ? `${digits}%` : `%${digits.replace(/^0+/, "")}%`
    return sql`customer.id in (
      select a.customer_id from addresses a
       where a.workspace_id = ${workspaceId} and a.channel <> 'web-chat' and a.value like ${part}
      union all
      select customer_id from (${byWord(workspaceId, digits)}) worded)`
  }
  return sql.join(
    words.map((word) => sql`customer.id in (select customer_id from (${byWord(workspaceId, word)}) worded)`),
    sql` and `,
  )
}

const FEWEST_LETTERS = 4
const MOST_LETTERS = 16

/**
 * The same where names may differ from the words typed by one slip each: a letter too many, missing, wrong, or changed
 * places with the next. Of shorter words and of numbers no slip is known. Undefined: nothing else than `foundBy` finds.
 */
export function nearlyFoundBy(workspaceId: Id, typed: string): RawBuilder<unknown> | undefined {
  const words = typed.trim().split(/\s+/)
  if (words.length > MOST_SLIPS || !words.some(canSlip)) return undefined
  return sql.join(
    words.map((word) =>
      canSlip(word)
        ? sql`customer.id in (select id from (${bySlip(workspaceId, word)} union all
                select customer_id from (${byWord(workspaceId, word)}) exactly) slipped)`
        : sql`customer.id in (select customer_id from (${byWord(workspaceId, word)}) worded)`,
    ),
    sql` and `,
  )
}

function canSlip(word: string): boolean {
  const letters = [...plain(word)]
  return (
    letters.length >= FEWEST_LETTERS &&
    letters.length <= MOST_LETTERS &&
    letters.every((one) => /\p{L}/u.test(one))
  )
}

/** Made as `found_as` is. */
function plain(word: string): string {
  return word
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]+/g, "")
    .toLowerCase()
}

/** Whole words of names. The index knows beginnings, so it is asked for those first. */
function bySlip(workspaceId: Id, word: string) {
  const letters = [...plain(word)]
  const slips = letters.flatMap((letter, place) => {
    const [before, after] = [letters.slice(0, place), letters.slice(place + 1)]
    const [next = "", ...rest] = after
    const slipped = [
      [...before, ...after],
      [...before, "_", ...after],
      [...before, letter, "_", ...after],
      [...before, next, letter, ...rest],
    ]
    return slipped.map((one) => one.join(""))
  })
  const patterns = [...new Set(slips)]
  const begins = patterns.map((one) => sql`found.found_as like ${`% ${one}%`}`)
  return sql`
    select found.id from customers found
     where found.workspace_id = ${workspaceId} and (${sql.join(begins, sql` or `)})
       and found.found_as || ' ' like any(${patterns.map((one) => `% ${one} %`)}::text[])`
}

function byWord(workspaceId: Id, word: string) {
  const escaped = word.replace(/[\\%_]/g, "\\$&")
  const pattern = sql`'% ' || lower(regexp_replace(normalize(${escaped}::text, NFKD), '[\\u0300-\\u036f]+', '', 'g')) || '%'`
  return sql`
    select found.id as customer_id from customers found
     where found.workspace_id = ${workspaceId} and found.found_as like ${pattern}
    union all
    select f.customer_id from customer_fields f
     where f.workspace_id = ${workspaceId} and f.found_as like ${pattern}`
}
