import type { push as english } from "../en/push.ts"
import type { Translation } from "../translation.ts"

export const push = {
  "push.lead": "زائر",
  "push.leadOf": "زائر من {place}",
  "push.offer": "مقترحة عليك: {customer}",
  "push.offer.body": "اقبلها قبل أن تنتقل إلى «غير المسندة».",
  "push.mine": "{customer}",
  "push.mine.body": "هناك جديد لك.",
  "push.mention": "أشار إليك {author} · {customer}",
  "push.mention.body": "ملاحظة تشير إليك.",
  "push.unassigned": "غير مسندة: {customer}",
  "push.unassigned.body": "لم يأخذها أحد بعد.",
  "push.test": "Parley",
  "push.test.body": "هكذا يبدو الإشعار.",
} as const satisfies Translation<typeof english, "ar">
