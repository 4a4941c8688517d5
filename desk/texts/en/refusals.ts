import type { RefusalCode } from "../../../protocol/refusals.ts"
import type { SmsReason } from "../../../protocol/sms.ts"

/** What was refused, said to the one who tried; `.named` where it is known which colleague it is about. */
const codes = {
  "refusal.invalid-input": "Something is missing or malformed.",
  "refusal.not-signed-in": "You are signed out. Sign in again.",
  "refusal.not-allowed": "Your role does not allow this.",
  "refusal.not-found": "It is not there any more, or you may not see it any more.",
  "refusal.too-often": "Too many tries. Wait a moment.",
  "refusal.unavailable": "Parley cannot do this at the moment. Try again soon.",
  "refusal.wrong-origin": "This website is not allowed to use this source.",
  "refusal.text-too-long": "The text is longer than allowed.",
  "refusal.conversation-taken": "A colleague took this conversation meanwhile.",
  "refusal.conversation-closed": "This conversation was closed meanwhile.",
  "refusal.conversation-reopened": "This conversation was reopened meanwhile.",
  "refusal.conversation-released": "This conversation is nobody’s any more.",
  "refusal.answered-meanwhile": "A colleague answered meanwhile.",
  "refusal.customer-wrote-meanwhile": "Not done: the customer has just written something new.",
  "refusal.draft-elsewhere": "Another of your devices wrote something else meanwhile.",
  "refusal.already-sent": "Too late: the answer is on its way.",
  "refusal.offer-over": "This suggestion is over.",
  "refusal.agent-unavailable": "This colleague cannot take the conversation now.",
  "refusal.address-closed": "This address cannot be written to.",
  "refusal.opted-out": "The customer opted out of messages to this address.",
  "refusal.label-exists": "There already is a label of this name.",
  "refusal.label-gone": "This label was deleted or merged meanwhile.",
  "refusal.too-many-labels": "A message has at most twenty labels.",
  "refusal.file-missing": "A file did not arrive whole. Add it again.",
  "refusal.file-too-large": "The file is larger than this Parley takes.",
  "refusal.too-many-files": "Too many files wait to be sent. Send some first, or take them back.",
  "refusal.files-need-url":
    "Files cannot be sent by SMS until PARLEY_URL is set: your customer could not fetch them.",
  "refusal.signup-closed": "New workspaces cannot be made here.",
  "refusal.already-member": "This person already belongs to the workspace.",
  "refusal.email-taken": "There already is an account with this e-mail address. Sign in first.",
  "refusal.invitation-over": "It was used, withdrawn or is too old. Ask for a new link.",
  "refusal.last-owner": "A workspace needs an owner.",
  "refusal.team-needed": "Everyone always has all agents and cannot be changed in this way.",
  "refusal.wrong-credentials": "E-mail or password is wrong.",
  "refusal.password-too-short": "A password has at least ten characters.",
} as const satisfies Record<`refusal.${RefusalCode}`, string>

/** Why the provider did not deliver, or what is wrong with a source. */
const reasons = {
  "reason.opted-out": "the customer opted out of messages.",
  "reason.number-invalid": "the phone number is not valid.",
  "reason.number-unknown": "the phone number is unknown or no longer in use.",
  "reason.number-not-verified": "the provider’s trial account may write to verified numbers only.",
  "reason.not-mobile": "the number cannot receive SMS.",
  "reason.phone-unreachable": "the phone is switched off or out of reach.",
  "reason.blocked": "the customer’s carrier or phone blocks our messages.",
  "reason.filtered": "the carrier took it for spam.",
  "reason.carrier-failed": "the carrier could not deliver it.",
  "reason.country-not-enabled": "the provider’s account may not send to this country.",
  "reason.not-reachable-from-here": "this country cannot be reached from our number.",
  "reason.sender-unusable": "our number cannot send SMS.",
  "reason.sender-unregistered": "our number is not registered for this country.",
  "reason.too-long": "the text is too long.",
  "reason.too-often": "too many messages at once.",
  "reason.account-suspended": "the provider’s account is suspended.",
  "reason.sign-in-failed": "the provider does not accept our account and token.",
  "reason.provider-unreachable": "the provider could not be reached.",
  "reason.provider-unreadable": "the provider’s answer could not be read.",
  "reason.source-gone": "the source it was to go through is not connected any more.",
  "reason.refused": "the provider refused it.",
  "reason.unknown": "the provider did not say why.",
  "reason.other": "the provider says “{code}”.",
} as const satisfies Record<`reason.${SmsReason | "unknown" | "other"}`, string>

export const refusals = {
  ...codes,
  "refusal.offline": "You are offline. Try again when you are back.",
  "refusal.conversation-taken.named": "{name} took this conversation meanwhile.",
  "refusal.answered-meanwhile.named": "{name} answered meanwhile.",
  "refusal.agent-unavailable.named": "{name} cannot take the conversation now.",

  ...reasons,
} as const
