/**
 * The widget's message catalogue: every text a visitor reads that nobody wrote for this company. A new language is
 * one more entry in both tables; the page's language chooses, then the browser's, then English. Two tables, so that
 * the loader carries only the few words it needs.
 */
const launcherEnglish = {
  language: "en",
  openChat: "Open chat",
  closeChat: "Close chat",
  unread: (count: number) => (count === 1 ? "1 unread message" : `${count} unread messages`),
  messageFrom: (company: string) => `Message from ${company}`,
  message: "Message",
  typeAMessage: "Type a message…",
  sendMessage: "Send message",
  dismiss: "Dismiss",
  cannotLoad: "The chat cannot be reached. Try again in a moment.",
}

/** By the codes of protocol/refusals.ts that can befall a visitor's message for good. */
const refusals: Record<string, string> = {
  "text-too-long": "The text is too long.",
  "not-found": "This chat is no longer there.",
  "invalid-input": "This text cannot be sent.",
  "file-missing": "A file did not arrive whole. Add it again.",
  "file-too-large": "The file is too large.",
  "too-many-files": "Too many files wait to be sent.",
  blocked: "Messages from you are not accepted here.",
}

const cannotRecord = {
  "not-here": "This browser cannot record on this page.",
  "not-allowed": "The browser keeps the microphone from this page. Allow it and try again.",
  "no-microphone": "No microphone was found.",
  "in-use": "The microphone cannot be used now. Does another program have it?",
  "not-loaded": "Recording cannot be reached. Try again in a moment.",
}

const panelEnglish = {
  language: "en",
  chatWith: (company: string) => `Chat with ${company}`,
  back: "Back",
  closeChat: "Close chat",
  startConversation: "Start a conversation",
  continueConversation: "Continue the conversation",
  repliesWithin: (minutes: number) => `Usually replies within ${span(minutes)}`,
  here: (count: number) => (count === 1 ? "1 person is here now" : `${count} people are here now`),
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
  poweredBy: "Powered by Parley",
  refusals,
  refusedOtherwise: "The message was not accepted.",
}

function span(minutes: number): string {
  if (minutes <= 1) return "a minute"
  if (minutes <= 50) return `${minutes <= 5 ? 5 : Math.ceil(minutes / 10) * 10} minutes`
  if (minutes <= 60) return "an hour"
  const hours = Math.ceil(minutes / 60)
  if (hours <= 24) return `${hours} hours`
  return hours <= 48 ? "two days" : "a few days"
}

export type LauncherTexts = typeof launcherEnglish
export type PanelTexts = typeof panelEnglish

const launcher: Record<string, LauncherTexts> = { en: launcherEnglish }
const panel: Record<string, PanelTexts> = { en: panelEnglish }

/** The page's language if we speak it, else the browser's, else English. */
export function launcherTexts(languages: readonly string[]): LauncherTexts {
  return pick(launcher, languages) ?? launcherEnglish
}

export function panelTexts(languages: readonly string[]): PanelTexts {
  return pick(panel, languages) ?? panelEnglish
}

/** For dates and times beside these texts: the visitor's own variety of their language, such as en-GB. */
export function localeFor(texts: PanelTexts, languages: readonly string[]): string {
  return languages.find((language) => language.split("-")[0] === texts.language) ?? texts.language
}

function pick<T>(table: Record<string, T>, languages: readonly string[]): T | undefined {
  for (const language of languages) {
    const found = table[language.toLowerCase()] ?? table[language.toLowerCase().split("-")[0] ?? ""]
    if (found) return found
  }
  return undefined
}
