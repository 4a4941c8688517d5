import type { push as english } from "../en/push.ts"
import type { Translation } from "../translation.ts"

export const push = {
  "push.lead": "Visitante",
  "push.leadOf": "Visitante de {place}",
  "push.offer": "Propuesta para ti: {customer}",
  "push.offer.body": "Acéptala antes de que pase a Sin asignar.",
  "push.mine": "{customer}",
  "push.mine.body": "Hay algo nuevo para ti.",
  "push.mention": "{author} te ha mencionado · {customer}",
  "push.mention.body": "Una nota te menciona.",
  "push.unassigned": "Sin asignar: {customer}",
  "push.unassigned.body": "Nadie la ha tomado todavía.",
  "push.test": "Parley",
  "push.test.body": "Así se ve una notificación.",
} as const satisfies Translation<typeof english, "es">
