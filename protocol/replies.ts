/** What may stand in a saved reply besides text, and how it is filled in where the reply is used. */

/** Written in braces: `{customer}`. */
export const REPLY_VARIABLES = ["customer", "customer.first", "agent", "agent.first", "company"] as const
type Variable = (typeof REPLY_VARIABLES)[number]

/** `customer`: null for a lead, whose name is not known. */
export type ReplyValues = { customer: string | null; agent: string; company: string }

const PLACES = new RegExp(
  ` ?\\{(${REPLY_VARIABLES.map((name) => name.replace(".", "\\.")).join("|")})\\}`,
  "g",
)

/** What is not known is left out with the space before it ("Hi {customer.first}," is "Hi,"); other braces are text. */
export function fillReply(text: string, { customer, agent, company }: ReplyValues): string {
  const values: Record<Variable, string> = {
    customer: customer ?? "",
    "customer.first": firstOf(customer ?? ""),
    agent,
    "agent.first": firstOf(agent),
    company,
  }
  return text
    .replace(PLACES, (place, name: Variable) =>
      values[name] === "" ? "" : `${place.startsWith(" ") ? " " : ""}${values[name]}`,
    )
    .trimStart()
}

function firstOf(name: string): string {
  return name.trim().split(/\s+/)[0] ?? ""
}
