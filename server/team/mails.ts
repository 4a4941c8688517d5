/** The mails of the team module: plain text, what it is about first, and what to do when one did not ask for it. */
import type { Language } from "../../protocol/languages.ts"
import type { Config } from "../config/config.ts"
import { changedTexts, confirmTexts, invitationTexts, resetTexts } from "./mail-texts.ts"

/**
 * Mails hold links, and their beginning must not be taken from a request: whoever asks for somebody else's
 * new password could put his own server there. So there are mails only where PARLEY_URL says where we are.
 */
export function canMail({ smtpUrl, publicUrl }: Config): boolean {
  return smtpUrl !== undefined && publicUrl !== undefined
}

type Mail = { to: string; subject: string; text: string }

export function invitationMail(o: {
  to: string
  company: string
  invitedBy: string
  link: string
  language: Language
}): Mail {
  return { to: o.to, ...invitationTexts[o.language](o) }
}

export function resetMail(o: { to: string; name: string; link: string; language: Language }): Mail {
  return { to: o.to, ...resetTexts[o.language](o) }
}

export function confirmMail(o: { to: string; link: string; language: Language }): Mail {
  return { to: o.to, ...confirmTexts[o.language](o) }
}

export function changedMail(o: { to: string; name: string; email: string; language: Language }): Mail {
  return { to: o.to, ...changedTexts[o.language](o) }
}
