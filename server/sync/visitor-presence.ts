import type { Sync } from "./open.ts"

/** Of a page's address. */
const MOST_PAGE = 500

export type VisitorPresence = {
  /** He is here. To be said again with every sign of life: after PRESENCE_LIFE without one he counts as gone. */
  say(what: { isTyping: boolean; page: string | null }): void
  leave(): void
}

/** A visitor's connection: agents see that he is there, on which page and typing; he sees who types to him. */
export function joinAsVisitor(
  sync: Sync,
  options: {
    workspaceId: string
    conversationId: string
    onAgentTyping: (agentId: string | undefined) => void
  },
): VisitorPresence {
  const { workspaceId, conversationId, onAgentTyping } = options
  const window = sync.presence.newWindow()
  const stopWatching = sync.presence.watchTyping(conversationId, onlyChanges(onAgentTyping))
  return {
    say({ isTyping, page }) {
      const shortened = page === null ? null : page.slice(0, MOST_PAGE).toWellFormed()
      sync.presence.say({
        workspaceId,
        conversationId,
        window,
        is: { kind: "visitor", isTyping, page: shortened },
      })
    },
    leave() {
      stopWatching()
      sync.presence.say({ workspaceId, conversationId, window, is: null })
    },
  }
}

function onlyChanges(tell: (agentId: string | undefined) => void): (agentId: string | undefined) => void {
  let told: string | undefined
  return (agentId) => {
    if (agentId === told) return
    told = agentId
    tell(agentId)
  }
}
