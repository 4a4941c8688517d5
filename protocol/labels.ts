/**
 * Labels as both sides see them. A message carries the ids that were put on it; which label each of them is shown as
 * now, merged or renamed since, say the label rows.
 */
import { z } from "zod"
import type { LabelRow } from "./rows.ts"
import { name } from "./text.ts"
import type { Id } from "./values.ts"

/** Named, not coded: each theme has its own shade. */
export const labelColor = z.enum(["grey", "red", "amber", "green", "teal", "blue", "purple", "pink"])
export type LabelColor = z.infer<typeof labelColor>

/** On one message. */
export const MOST_LABELS = 20

/** What is shown for the ids a message carries: what a merged one became, each once; a deleted one is not shown. */
export function shownLabels(ids: readonly Id[], labels: ReadonlyMap<Id, LabelRow>): LabelRow[] {
  const shown = new Map<Id, LabelRow>()
  for (const id of ids) {
    let label = labels.get(id)
    while (label !== undefined && label.mergedInto !== null) label = labels.get(label.mergedInto)
    if (label !== undefined) shown.set(label.id, label)
  }
  return [...shown.values()]
}

/** A label that is to be made. */
export const newLabel = z.object({ name: name(40), color: labelColor })
