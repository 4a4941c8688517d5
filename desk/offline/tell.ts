/**
 * What the worker tells an agent who is not looking: the same notification whether the server's push asks for it or
 * an open window does. Of a conversation there is one at a time; a click opens it where the desk is open already.
 */
declare const self: ServiceWorkerGlobalScope
/** Put in front by the build: the catalogue's texts that begin with `push.`, by language. */
declare const WORDS: Record<string, Record<string, string>>

/** As `server/notifications` sends it, and the desk's windows say it. */
export type Told = {
  what: "offer" | "mine" | "mention" | "unassigned" | "test"
  /** A person may be in several. */
  workspaceId: string
  conversationId: string
  /** null: a lead. */
  customer: string | null
  city: string | null
  author: string | null
  /** null where the agent does not want texts on his screen. */
  text: string | null
  /** null: what this browser speaks. */
  language: string | null
}
export type Message =
  | ({ kind: "tell"; badge?: number; read?: readonly string[] } & Told)
  /** Nothing of these is unread any more. */
  | { kind: "read"; read: readonly string[]; badge?: number }

const LONGEST = 160

export async function obey(message: Message): Promise<void> {
  for (const id of message.read ?? []) await close(id)
  if (message.kind === "tell") await show(message)
  if (message.badge !== undefined && "setAppBadge" in navigator)
    // Refused where the app is not installed.
    await navigator.setAppBadge(message.badge).catch(() => undefined)
}

async function show(told: Told): Promise<void> {
  const { what, workspaceId, conversationId, text, author, language } = told
  const say = sayIn([language ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase()))
  const customer =
    told.customer ?? (told.city === null ? say("push.lead") : say("push.leadOf", { place: told.city }))
  const said = text?.replace(/\s+/g, " ").trim() ?? ""
  const options: NotificationOptions & { renotify: boolean } = {
    body: said === "" ? say(`push.${what}.body`) : said.slice(0, LONGEST).toWellFormed(),
    tag: conversationId,
    renotify: true,
    icon: "/icon-192.png",
    badge: "/badge-96.png",
    data: {
      path: what === "test" ? "/settings/notifications" : `/conversations/${conversationId}`,
      workspaceId,
    },
  }
  await self.registration.showNotification(say(`push.${what}`, { customer, author: author ?? "" }), options)
}

async function close(conversationId: string): Promise<void> {
  for (const one of await self.registration.getNotifications({ tag: conversationId })) one.close()
}

/** In a window that is there, without loading it anew; else in a new one. */
export async function openClicked(notification: Notification): Promise<void> {
  notification.close()
  const { path, workspaceId } = notification.data as { path: string; workspaceId: string }
  const windows = await self.clients.matchAll({ type: "window" })
  const open = windows.find(({ focused }) => focused) ?? windows[0]
  if (!open) return void (await self.clients.openWindow(`${path}?workspace=${workspaceId}`))
  open.postMessage({ kind: "open", path, workspaceId })
  await open.focus()
}

/** Of these languages the first that there are words in. */
function sayIn(languages: readonly string[]) {
  const words = WORDS[languages.find((language) => WORDS[language]) ?? "en"]
  return (key: string, values: Record<string, string> = {}): string =>
    (words?.[key] ?? "").replace(/\{(\w+)\}/g, (_, place: string) => values[place] ?? "")
}
