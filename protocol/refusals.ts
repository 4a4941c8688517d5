/**
 * The expected failures: a closed list. A refusal is raised where its rule lives, mapped to an HTTP status in
 * one file of the server, and shown in words by the message catalogue. Everything else that is thrown is a bug.
 */
import { z } from "zod"

export const REFUSALS = {
  "invalid-input": "Something in the request is missing or malformed.",
  "not-signed-in": "Sign in first.",
  "not-allowed": "Your role does not allow this.",
  "session-needed": "This needs a person who is signed in; an API key is not enough.",
  "not-found": "There is nothing here that you may see.",
  "too-often": "Too many requests; wait a moment.",
  unavailable: "Parley cannot do this at the moment; the same is worth another try.",
  "wrong-origin": "This website is not allowed to use this source.",
  "text-too-long": "The text is longer than allowed.",
  "conversation-taken": "A colleague took this conversation meanwhile.",
  "conversation-closed": "This conversation was closed meanwhile.",
  "conversation-reopened": "This conversation was reopened meanwhile.",
  "conversation-released": "This conversation is nobody's any more.",
  "answered-meanwhile": "A colleague answered meanwhile.",
  "customer-wrote-meanwhile": "The customer wrote something you have not seen.",
  "draft-elsewhere": "Another of your devices wrote something else meanwhile.",
  "already-sent": "This answer is on its way already.",
  "offer-over": "This offer is over.",
  "agent-unavailable": "This colleague cannot take the conversation now.",
  "address-closed": "This address cannot be written to.",
  "opted-out": "The customer opted out of messages to this address.",
  "label-exists": "There already is a label of this name.",
  "label-gone": "This label was deleted or merged meanwhile.",
  "too-many-labels": "A message has at most twenty labels.",
  "file-missing": "A file is not there, or not whole; add it again.",
  "file-too-large": "The file is larger than allowed.",
  "too-many-files": "Too many files wait to be sent.",
  "files-need-url": "Files can be sent through this channel only when PARLEY_URL is set.",
  "no-picture": "This is no picture that can be shown: JPEG, PNG, GIF and WebP are.",
  "too-many-fields": "A customer has at most fifty fields.",
  "too-many-remarks": "A customer has at most two hundred remarks.",
  "merged-since": "Another customer was merged into this one since: that has to be undone first.",
  "customer-blocked": "This customer is blocked: he has to be unblocked before he can be answered.",
  blocked: "Messages from you are not accepted here.",
  "mail-refused": "The owner of this e-mail address wants no mails from here.",
  "link-over": "This link was opened elsewhere, or is too old.",
  "not-proven": "This does not prove who the visitor is.",
  "session-over": "This chat has ended here.",
  "search-too-slow": "This search takes too long; more or longer words make it faster.",
  "signup-closed": "New workspaces cannot be made here.",
  "already-member": "This person already belongs to the workspace.",
  "email-taken": "There already is an account with this e-mail address.",
  "invitation-over": "This invitation was used, withdrawn or is too old.",
  "last-owner": "A workspace needs an owner.",
  "team-needed": "The team Everyone always has all agents and cannot be deleted.",
  "wrong-password": "The password is wrong.",
  "wrong-code": "The code is wrong, too old, or was used before.",
  "wrong-passkey": "This passkey was not accepted.",
  "code-needed": "This person signs in with two factors: sign in first.",
  "sign-in-over": "It took too long, or too many codes were tried: begin again with the password.",
  "two-factors-needed": "This workspace wants two factors: set them up first.",
  "belongs-elsewhere":
    "This person belongs to other workspaces, too, and has to be helped where the server is.",
  "wrong-credentials": "E-mail or password is wrong.",
  "password-too-short": "A password has at least ten characters.",
} as const

export type RefusalCode = keyof typeof REFUSALS

/** What a refused request answers. `details` holds only what the asker may know, such as who has it now. */
export const refusalBody = z.object({
  refusal: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type RefusalBody = z.infer<typeof refusalBody>

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: Record<string, unknown> | undefined
  constructor(code: RefusalCode, details?: Record<string, unknown>) {
    super(REFUSALS[code])
    this.name = "Refusal"
    this.code = code
    this.details = details
  }
}

export function refuse(code: RefusalCode, details?: Record<string, unknown>): Refusal {
  return new Refusal(code, details)
}
