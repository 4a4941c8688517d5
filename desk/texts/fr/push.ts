import type { push as english } from "../en/push.ts"
import type { Translation } from "../translation.ts"

export const push = {
  "push.lead": "Prospect",
  "push.leadOf": "Prospect de {place}",
  "push.offer": "Proposé à vous : {customer}",
  "push.offer.body": "Acceptez avant le passage dans Non attribuées.",
  "push.mine": "{customer}",
  "push.mine.body": "Du nouveau pour vous.",
  "push.mention": "{author} vous a mentionné · {customer}",
  "push.mention.body": "Une note vous mentionne.",
  "push.unassigned": "Non attribuée : {customer}",
  "push.unassigned.body": "Personne ne l’a encore prise.",
  "push.test": "Parley",
  "push.test.body": "Voici à quoi ressemble une notification.",
} as const satisfies Translation<typeof english, "fr">
