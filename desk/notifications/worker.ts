import type { Language } from "../../protocol/languages.ts"
import type { NotificationKind } from "../../protocol/notifications.ts"

/** What `offline/tell.ts` in the service worker understands. */
type Message =
  | {
      kind: "tell"
      what: NotificationKind | "test"
      workspaceId: string
      conversationId: string
      customer: string | null
      city: string | null
      author: string | null
      text: string | null
      /** What this window is in. */
      language: Language
    }
  | { kind: "read"; read: readonly string[] }

/** Without a service worker nothing is shown; that is so for two seconds of the very first visit. */
export async function tell(message: Message): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration()
  registration?.active?.postMessage(message)
}
