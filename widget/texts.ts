/**
 * The widget's message catalogue: every text a visitor reads that nobody wrote for this company. English is what the
 * others are held to; theirs are loaded where the page, or else the browser, is in their language. What the page shows
 * before the chat is opened stands in launcher-texts.ts.
 */
import type { Language } from "../protocol/languages.ts"

/** By the codes of protocol/refusals.ts that can befall a visitor's message for good. */
const refusals = {
  "text-too-long": "The text is too long.",
  "not-found": "This chat is no longer there.",
  "invalid-input": "This text cannot be sent.",
  "file-missing": "A file did not arrive whole. Add it again.",
  "file-too-large": "The file is too large.",
  "too-many-files": "Too many files wait to be sent.",
  "session-over": "The chat has ended in this browser. Try again to begin another.",
  blocked: "Messages from you are not accepted here.",
}

const cannotRecord = {
  "not-here": "This browser cannot record on this page.",
  "not-allowed": "The browser keeps the microphone from this page. Allow it and try again.",
  "no-microphone": "No microphone was found.",
  "in-use": "The microphone cannot be used now. Does another program have it?",
  "not-loaded": "Recording cannot be reached. Try again in a moment.",
}

/** Why answers cannot be mailed there. */
const mailRefusals = {
  "invalid-input": "This is no e-mail address.",
  "too-often": "That was tried too often today.",
  "mail-refused": "The owner of this address wants no mails from here.",
  later: "That did not work. Try again in a moment.",
}

const panelEnglish = {
  language: "en" as const,
  chatWith: (company: string) => `Chat with ${company}`,
  back: "Back",
  closeChat: "Close chat",
  unread: counted("en", { one: "# unread message", other: "# unread messages" }),
  startConversation: "Start a conversation",
  continueConversation: "Continue the conversation",
  repliesWithin: (minutes: number) => `Usually replies within ${span(minutes, english)}`,
  here: counted("en", { one: "# person is here now", other: "# people are here now" }),
  hereNow: "Here now",
  nobodyHere: "Nobody is here right now",
  backToday: (time: string) => `We are back at ${time}`,
  backTomorrow: (time: string) => `We are back tomorrow at ${time}`,
  backOn: (day: string, time: string) => `We are back on ${day} at ${time}`,
  nobodyHereYet: "Write anyway: the answer will be waiting for you here.",
  away: "Away right now",
  you: "You",
  messages: "Messages",
  message: "Message",
  typeAMessage: "Type a message…",
  sendMessage: "Send message",
  emoji: "Emoji",
  attach: "Attach files",
  attached: "Attached files",
  removeFile: (name: string) => `Remove ${name}`,
  uploading: (name: string) => `Uploading ${name}`,
  record: "Record a voice message",
  recording: "Recording",
  allowMicrophone: "Allow the microphone",
  level: "Microphone level",
  stopRecording: "Stop recording",
  deleteRecording: "Delete recording",
  voiceDeleted: "Voice message deleted.",
  undo: "Undo",
  tooShort: "That was too short to be heard.",
  cannotRecord,
  voiceMessage: (length: string) => `Voice message (${length})`,
  play: "Play",
  pause: "Pause",
  position: "Position",
  positionOf: (at: string, length: string) => `${at} of ${length}`,
  speed: (speed: number) => `Speed ${speed}×`,
  cannotPlay: (length: string) => `This browser cannot play the voice message (${length}).`,
  download: "Download",
  firstWords: (company: string) => `This is the beginning of your conversation with ${company}.`,
  isTyping: (name: string) => `${name} is typing`,
  sending: "Sending…",
  waitingForNetwork: "Waiting for the network",
  sent: "Sent",
  seen: "Seen",
  newMessages: (count: number) => `${count} new`,
  offline: "Offline. What you write is sent when you are back.",
  connecting: "Connecting…",
  today: "Today",
  yesterday: "Yesterday",
  notSent: "Not sent",
  tryAgain: "Try again",
  edit: "Edit",
  remove: "Delete",
  tooLong: (over: number) => `${over} characters too long`,
  mailOffer: "Nobody is here right now. Shall the answer also come by e-mail?",
  email: "E-mail address",
  mailMe: "Mail me the answer",
  mailsTo: (email: string) => `If you do not see the answer here, it is mailed to ${email}.`,
  mailNot: "Do not mail me",
  mailRefusals,
  poweredBy: "Powered by Parley",
  refusals,
  refusedOtherwise: "The message was not accepted.",
}

/** Times as somebody rounds them who says how soon he answers. */
const english: Span = {
  minute: "a minute",
  minutes: counted("en", { one: "# minute", other: "# minutes" }),
  hour: "an hour",
  hours: counted("en", { one: "# hour", other: "# hours" }),
  twoDays: "two days",
  fewDays: "a few days",
}

export type PanelTexts = Omit<typeof panelEnglish, "language"> & { language: Language }
export type Span = {
  minute: string
  minutes: (count: number) => string
  hour: string
  hours: (count: number) => string
  twoDays: string
  fewDays: string
}

export function span(minutes: number, words: Span): string {
  if (minutes <= 1) return words.minute
  if (minutes <= 50) return words.minutes(minutes <= 5 ? 5 : Math.ceil(minutes / 10) * 10)
  if (minutes <= 60) return words.hour
  const hours = Math.ceil(minutes / 60)
  if (hours <= 24) return words.hours(hours)
  return hours <= 48 ? words.twoDays : words.fewDays
}

/** Why a message or a file was not taken. */
export function refusalWords(texts: PanelTexts, code: string): string {
  const known: Record<string, string | undefined> = texts.refusals
  return known[code] ?? texts.refusedOtherwise
}

/** Why answers cannot be mailed where the visitor wants them. */
export function mailRefusalWords(texts: PanelTexts, code: string): string {
  const known: Record<string, string | undefined> = texts.mailRefusals
  return known[code] ?? texts.mailRefusals.later
}

type Forms = { [Form in Intl.LDMLPluralRule]?: string } & { other: string }

/** By the forms of `Intl.PluralRules`; # is the number. */
export function counted(language: Language, forms: Forms): (count: number) => string {
  return (count) =>
    (forms[new Intl.PluralRules(language).select(count)] ?? forms.other).replace("#", String(count))
}

const others: Record<Exclude<Language, "en">, () => Promise<PanelTexts>> = {
  de: async () => (await import("./texts/de.ts")).de,
  fr: async () => (await import("./texts/fr.ts")).fr,
  es: async () => (await import("./texts/es.ts")).es,
  sv: async () => (await import("./texts/sv.ts")).sv,
  ar: async () => (await import("./texts/ar.ts")).ar,
}

/** English where the others cannot be had: a chat in it is more than none. */
export async function loadPanelTexts(language: Language): Promise<PanelTexts> {
  if (language === "en") return panelEnglish
  return others[language]().catch(() => panelEnglish)
}
