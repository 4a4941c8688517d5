import type { TextKey } from "../texts/texts.ts"
import type { IconName } from "../ui/ui.ts"

type Action = { words: TextKey; icon: IconName; keys?: string }

/**
 * By name, in the order of the palette. `keys` as the browser names them: one, a pair such as `g m` pressed one after
 * the other, or `Mod k` with Control or Command. Two that exclude each other may share one.
 */
export const ACTIONS = {
  answer: { words: "action.answer", icon: "send", keys: "r" },
  note: { words: "action.note", icon: "lock", keys: "n" },
  thread: { words: "action.thread", icon: "lock", keys: "t" },
  accept: { words: "action.accept", icon: "check" },
  decline: { words: "action.decline", icon: "close" },
  take: { words: "action.take", icon: "tray", keys: "m" },
  assign: { words: "action.assign", icon: "people", keys: "a" },
  assignTo: { words: "action.assignTo", icon: "people" },
  assignToNobody: { words: "action.assignToNobody", icon: "queue" },
  moveTo: { words: "action.moveTo", icon: "people" },
  suggestTo: { words: "action.suggestTo", icon: "people" },
  snooze: { words: "action.snooze", icon: "clock", keys: "z" },
  snoozeUntil: { words: "action.snoozeUntil", icon: "clock" },
  wake: { words: "action.wake", icon: "tray" },
  close: { words: "action.close", icon: "check", keys: "e" },
  reopen: { words: "action.reopen", icon: "tray", keys: "e" },
  star: { words: "action.star", icon: "star", keys: "s" },
  unstar: { words: "action.unstar", icon: "star", keys: "s" },
  label: { words: "action.label", icon: "label", keys: "l" },
  unread: { words: "action.unread", icon: "unread", keys: "u" },
  mentionDone: { words: "action.mentionDone", icon: "at" },
  answerThrough: { words: "action.answerThrough", icon: "send" },
  attach: { words: "action.attach", icon: "clip" },
  bold: { words: "action.bold", icon: "label", keys: "Mod b" },
  italic: { words: "action.italic", icon: "label", keys: "Mod i" },
  emoji: { words: "action.emoji", icon: "smile" },
  customer: { words: "action.customer", icon: "info" },
  photo: { words: "action.photo", icon: "pencil" },
  removePhoto: { words: "action.removePhoto", icon: "trash" },
  merge: { words: "action.merge", icon: "people" },
  block: { words: "action.block", icon: "close" },
  unblock: { words: "action.unblock", icon: "check" },
  erase: { words: "action.erase", icon: "trash" },
  copyLink: { words: "action.copyLink", icon: "copy" },
  latest: { words: "action.latest", icon: "down" },
  clearSelection: { words: "action.clearSelection", icon: "close", keys: "Escape" },
  back: { words: "action.back", icon: "back", keys: "Escape" },

  next: { words: "action.next", icon: "down", keys: "j" },
  previous: { words: "action.previous", icon: "sort", keys: "k" },
  open: { words: "action.open", icon: "chat", keys: "Enter" },
  select: { words: "action.select", icon: "check", keys: "x" },
  start: { words: "action.start", icon: "plus", keys: "c" },
  filter: { words: "action.filter", icon: "filter" },
  sort: { words: "action.sort", icon: "sort" },

  search: { words: "action.search", icon: "search", keys: "/" },
  goMe: { words: "action.goMe", icon: "tray", keys: "g m" },
  goMentions: { words: "action.goMentions", icon: "at" },
  goUnassigned: { words: "action.goUnassigned", icon: "queue", keys: "g u" },
  goStarred: { words: "action.goStarred", icon: "star", keys: "g s" },
  goTeam: { words: "action.goTeam", icon: "people", keys: "g t" },
  goAll: { words: "action.goAll", icon: "stack" },
  goCustomers: { words: "action.goCustomers", icon: "people" },
  goSettings: { words: "action.goSettings", icon: "gear" },

  invite: { words: "action.invite", icon: "plus" },
  newTeam: { words: "action.newTeam", icon: "plus" },
  addWebsite: { words: "action.addWebsite", icon: "globe" },
  addSms: { words: "action.addSms", icon: "sms" },
  newLabel: { words: "action.newLabel", icon: "plus" },
  newReply: { words: "action.newReply", icon: "plus" },

  newKey: { words: "action.newKey", icon: "plus" },
  newWebhook: { words: "action.newWebhook", icon: "plus" },
  importCustomers: { words: "action.importCustomers", icon: "plus" },
  exportCustomers: { words: "action.exportCustomers", icon: "file" },

  available: { words: "action.available", icon: "check" },
  away: { words: "action.away", icon: "close" },
  availableIn: { words: "action.availableIn", icon: "check" },
  awayIn: { words: "action.awayIn", icon: "close" },
  scheme: { words: "action.scheme", icon: "scheme" },
  palette: { words: "action.palette", icon: "command", keys: "Mod k" },
  keyList: { words: "action.keyList", icon: "command", keys: "?" },
  workspace: { words: "action.workspace", icon: "building" },
  signOut: { words: "action.signOut", icon: "back" },
} as const satisfies Record<string, Action>

export type ActionName = keyof typeof ACTIONS

export function keysOf(name: ActionName): string | undefined {
  const action: Action = ACTIONS[name]
  return action.keys
}

/** The pages of Settings, each of which is a place to go. */
export const SECTIONS = [
  "profile",
  "sign-in",
  "notifications",
  "team",
  "sources",
  "labels",
  "replies",
  "keys",
  "webhooks",
  "workspace",
] as const
