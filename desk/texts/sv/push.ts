import type { push as english } from "../en/push.ts"
import type { Translation } from "../translation.ts"

export const push = {
  "push.lead": "Lead",
  "push.leadOf": "Lead från {place}",
  "push.offer": "Föreslås för dig: {customer}",
  "push.offer.body": "Acceptera innan den går till Ej tilldelade.",
  "push.mine": "{customer}",
  "push.mine.body": "Något nytt till dig.",
  "push.mention": "{author} nämnde dig · {customer}",
  "push.mention.body": "En anteckning nämner dig.",
  "push.unassigned": "Ej tilldelad: {customer}",
  "push.unassigned.body": "Ingen har tagit den ännu.",
  "push.test": "Parley",
  "push.test.body": "Så här ser en avisering ut.",
} as const satisfies Translation<typeof english, "sv">
