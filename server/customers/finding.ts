/** How customers are found by what people type of them; `found_as` is made by migration 0020. */
import { sql, type RawBuilder } from "kysely"
import type { Id } from "../../protocol/values.ts"

/** Words of a search that are looked at; nobody types more to find a person. */
const MOST_WORDS = 6

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
