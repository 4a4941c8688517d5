import type { push as english } from "../en/push.ts"
import type { Translation } from "../translation.ts"

export const push = {
  "push.lead": "Lead",
  "push.leadOf": "Lead aus {place}",
  "push.offer": "Ihnen vorgeschlagen: {customer}",
  "push.offer.body": "Nehmen Sie an, bevor es zu „Nicht zugewiesen“ geht.",
  "push.mine": "{customer}",
  "push.mine.body": "Es gibt Neues für Sie.",
  "push.mention": "{author} hat Sie erwähnt · {customer}",
  "push.mention.body": "Eine Notiz erwähnt Sie.",
  "push.unassigned": "Nicht zugewiesen: {customer}",
  "push.unassigned.body": "Noch hat es niemand übernommen.",
  "push.test": "Parley",
  "push.test.body": "So sieht eine Benachrichtigung aus.",
} as const satisfies Translation<typeof english, "de">
