import type { CustomerRow } from "../../protocol/rows.ts"
import type { Pending } from "./act.ts"

export type CustomerNotes = Pick<CustomerRow, "fields" | "remarks">

const nothing: CustomerNotes = { fields: [], remarks: [] }

/** What is noted under the acts on their way; as for conversations, a guess that the true row replaces. */
export function shownNotes(
  row: CustomerRow | undefined,
  pendings: readonly Pending[],
  me: string,
): CustomerNotes {
  return pendings.reduce<CustomerNotes>((notes, pending) => {
    if (pending.act.command === "setField") return { ...notes, fields: setField(notes.fields, pending.act) }
    if (pending.act.command === "remark")
      return { ...notes, remarks: setRemark(notes.remarks, pending.act, { at: pending.at, agentId: me }) }
    return notes
  }, row ?? nothing)
}

type Act<C extends Pending["act"]["command"]> = Extract<Pending["act"], { command: C }>

function setField(fields: CustomerRow["fields"], { body }: Act<"setField">): CustomerRow["fields"] {
  const { name, value } = body
  const key = name.toLowerCase()
  const others = fields.filter((field) => field.name.toLowerCase() !== key)
  if (value === null) return others
  return [...others, { name, value }].toSorted((one, other) =>
    one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1,
  )
}

function setRemark(
  remarks: CustomerRow["remarks"],
  { params, body }: Act<"remark">,
  { at, agentId }: { at: string; agentId: string },
): CustomerRow["remarks"] {
  const { remarkId: id } = params
  const { text } = body
  if (text === null) return remarks.filter((remark) => remark.id !== id)
  const known = remarks.find((remark) => remark.id === id)
  if (known === undefined) return [{ id, agentId, text, at, editedAt: null }, ...remarks]
  if (known.text === text) return remarks
  return remarks.map((remark) => (remark === known ? { ...remark, text, editedAt: at } : remark))
}
