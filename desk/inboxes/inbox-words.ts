import type { InboxPreference, TeamRow } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { t } from "../texts/texts.ts"

const FIXED = ["me", "mentions", "unassigned", "starred", "all"] as const
type Fixed = (typeof FIXED)[number]

export function inboxWords(inbox: InboxKey, teams: ReadonlyMap<string, TeamRow>): string {
  const fixed = FIXED.find((key) => key === inbox)
  return fixed ? t(`inbox.${fixed}`) : (teams.get(inbox.slice("team:".length))?.name ?? t("someTeam"))
}

const ICONS = {
  me: "tray",
  mentions: "at",
  unassigned: "queue",
  starred: "star",
  all: "stack",
} as const satisfies Record<Fixed, string>

export function inboxIcon(inbox: InboxKey) {
  const fixed = FIXED.find((key) => key === inbox)
  return fixed ? ICONS[fixed] : "people"
}

/** What an empty inbox says: one sentence on what will appear here. */
export function emptyWords(inbox: InboxKey, preference: InboxPreference): string {
  if (preference.showsClosed) return t("empty.closed")
  if (preference.showsSnoozed) return t("empty.snoozed")
  const fixed = FIXED.find((key) => key === inbox)
  return fixed ? t(`empty.${fixed}`) : t("empty.team")
}
