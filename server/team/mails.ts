/** The mails of the team module: plain text, what it is about first, and what to do when one did not ask for it. */
import type { Config } from "../config/config.ts"

/**
 * Mails hold links, and their beginning must not be taken from a request: whoever asks for somebody else's
 * new password could put his own server there. So there are mails only where PARLEY_URL says where we are.
 */
export function canMail({ smtpUrl, publicUrl }: Config): boolean {
  return smtpUrl !== undefined && publicUrl !== undefined
}

type Mail = { to: string; subject: string; text: string }

export function invitationMail(o: { to: string; company: string; invitedBy: string; link: string }): Mail {
  const { to, company, invitedBy, link } = o
  return {
    to,
    subject: `${invitedBy} invites you to ${company}`,
    text: `${invitedBy} invites you to answer customers together with the team of ${company}.

Accept within a week by opening this address:
${link}

If you do not know what this is about, ignore this mail: nothing happens.
`,
  }
}

export function resetMail(o: { to: string; name: string; link: string }): Mail {
  const { to, name, link } = o
  return {
    to,
    subject: "Set a new password",
    text: `Hello ${name},

somebody, probably you, asked for a new password for this address. Set it within an hour here:
${link}

If it was not you, ignore this mail: your password stays as it is.
`,
  }
}
