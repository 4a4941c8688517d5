/**
 * How many SMS segments a text takes: GSM 03.38 letters are 160 to one message (153 each when joined), anything
 * else makes the whole text UCS-2 with 70 (67). Letters of the GSM extension table count twice and are never cut.
 */
const GSM = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
)
const GSM_EXTENSION = new Set("^{}\\[~]|€")

/** `left`: units still free in the last segment; a unit is a GSM septet or a UTF-16 unit. */
export function segmentsOf(text: string): { segments: number; left: number; isUnicode: boolean } {
  const characters = [...text]
  const isUnicode = characters.some((character) => !GSM.has(character) && !GSM_EXTENSION.has(character))
  const widths = characters.map((character) =>
    isUnicode ? character.length : GSM_EXTENSION.has(character) ? 2 : 1,
  )
  const total = widths.reduce((sum, width) => sum + width, 0)
  const single = isUnicode ? 70 : 160
  if (total <= single) return { segments: total === 0 ? 0 : 1, left: single - total, isUnicode }
  const joined = isUnicode ? 67 : 153
  let segments = 1
  let used = 0
  for (const width of widths) {
    if (used + width > joined) {
      segments += 1
      used = 0
    }
    used += width
  }
  return { segments, left: joined - used, isUnicode }
}

/** Why an SMS failed, or what is wrong with an SMS source, in words an agent understands: the desk has a text for each. */
export const SMS_REASONS = [
  "opted-out",
  "number-invalid",
  "number-unknown",
  "number-not-verified",
  "not-mobile",
  "phone-unreachable",
  "blocked",
  "filtered",
  "carrier-failed",
  "country-not-enabled",
  "not-reachable-from-here",
  "sender-unusable",
  "sender-unregistered",
  "too-long",
  "too-often",
  "account-suspended",
  "sign-in-failed",
  "provider-unreachable",
  "provider-unreadable",
  "source-gone",
  "refused",
] as const
export type SmsReason = (typeof SMS_REASONS)[number]
