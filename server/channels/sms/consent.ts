import type { Consent } from "../contract.ts"

// What Twilio itself acts upon unless an account has words of its own.
// https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-
const stopWords = new Set(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"])
const startWords = new Set(["start", "unstop", "yes"])

/**
 * What a message says about being written to. `optOutType` is Twilio's own verdict, sent where an account has
 * "Advanced Opt-Out" with its own words: it counts more than ours. Only a whole message is a word of consent.
 */
export function consentOf(text: string, optOutType: string | undefined): Consent | undefined {
  if (optOutType) {
    if (optOutType === "STOP") return "opted-out"
    return optOutType === "START" ? "opted-in" : undefined
  }
  const word = text.trim().toLowerCase()
  if (stopWords.has(word)) return "opted-out"
  return startWords.has(word) ? "opted-in" : undefined
}
