/** The chat with settings that nobody has saved, in a frame of the desk: the same code, a made-up visitor, no server. */
import type { PublicMessage } from "../protocol/visitor.ts"
import type { ChatPreview } from "../protocol/website.ts"
import { launch } from "./launch.ts"
import { newId } from "./secret.ts"
import { start } from "./panel.tsx"
import type { createVisitor, Visitor, VisitorState } from "./visitor.ts"

let shown: HTMLElement | undefined

// A chat that opens takes the focus. This one opens while somebody types beside it, and may have it only once he is here.
const { focus } = HTMLElement.prototype
HTMLElement.prototype.focus = function (options) {
  if (document.hasFocus()) focus.call(this, options)
}

addEventListener("message", ({ source, data }) => {
  if (source !== parent) return
  // The desk is what frames this page, and the only one that may.
  const { settings, home, shows, language, direction, scheme } = data as ChatPreview
  shown?.remove()
  document.documentElement.dir = direction
  document.documentElement.style.colorScheme = scheme
  const faces = home?.faces.slice(0, 2) ?? []
  const proactive = settings.proactive && { ...settings.proactive, faces, afterSeconds: 0, pages: [] }
  const chat = launch({
    settings: { ...settings, proactive: shows === "first" ? proactive : null },
    origin: location.origin,
    language,
    panel: async () => ({ start: (launcher) => start(launcher, madeUp(home, shows === "conversation")) }),
  })
  shown = chat
  if (shows !== "first") chat.open()
})

/** One who keeps nothing and reaches nobody; what is written to him stays in the frame. */
function madeUp(home: ChatPreview["home"], hasWritten: boolean): typeof createVisitor {
  return ({ origin, onChange }) => {
    const [agent = null] = home?.faces ?? []
    const said = hasWritten
      ? [message("Hello! Do you ship to Norway?", null), message("We do, within three days.", agent)]
      : []
    const state: VisitorState = {
      ...{
        messages: said,
        outgoing: [],
        hasMore: false,
        unread: 0,
        home,
        mailsTo: undefined,
        typing: undefined,
      },
      ...{ isConnected: true, isOffline: false, seenUpTo: "" },
      ...{ draft: { text: "" }, attached: [], person: 0 },
    }
    const nothing = () => undefined
    const visitor: Visitor = {
      state,
      origin,
      say(text) {
        state.messages = [...state.messages, message(text, null)]
        onChange(state)
      },
      ...{ attach: nothing, detach: nothing, attachAgain: nothing, retry: nothing, remove: nothing },
      ...{ typed: nothing, saw: nothing, refreshHome: nothing, reset: nothing, draft: nothing },
      attaching: () => new Promise(() => undefined),
      loadOlder: async () => undefined,
      mailTo: async () => undefined,
      identify: async () => "later",
      hasWritten: () => hasWritten,
    }
    onChange(state)
    return visitor
  }
}

function message(text: string, agent: PublicMessage["agent"]): PublicMessage {
  return { id: newId(), at: new Date().toISOString(), agent, text, files: [], isSeen: true }
}
