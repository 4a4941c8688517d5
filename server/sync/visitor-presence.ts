import type { Sync } from "./open.ts"
import type { Statement } from "./statement.ts"

/** Of a page's address. */
const MOST_PAGE = 500

/** Who is told of the agent who types to him; `undefined`: of nobody any more. */
export type Visitor = { onAgentTyping(agentId: string | undefined): void }

/** A visitor's connection: agents see that he is there, on which page and typing; he sees who types to him. */
export class VisitorPresence {
  readonly #sync: Sync
  readonly #visitor: Visitor
  readonly #workspaceId: string
  readonly #conversationId: string
  readonly #window: string
  #told: string | undefined

  constructor(
    sync: Sync,
    {
      workspaceId,
      conversationId,
      visitor,
    }: { workspaceId: string; conversationId: string; visitor: Visitor },
  ) {
    this.#sync = sync
    this.#visitor = visitor
    this.#workspaceId = workspaceId
    this.#conversationId = conversationId
    this.#window = sync.presence.newWindow()
    sync.presence.watchTyping(conversationId, this)
  }

  /** He is here. To be said again with every sign of life: after PRESENCE_LIFE without one he counts as gone. */
  say({ isTyping, page }: { isTyping: boolean; page: string | null }): void {
    const shortened = page === null ? null : page.slice(0, MOST_PAGE).toWellFormed()
    this.#say({ kind: "visitor", isTyping, page: shortened })
  }

  leave(): void {
    this.#sync.presence.stopWatching(this.#conversationId, this)
    this.#say(null)
  }

  onTyping(agentId: string | undefined): void {
    if (agentId === this.#told) return
    this.#told = agentId
    this.#visitor.onAgentTyping(agentId)
  }

  #say(is: Statement["is"]): void {
    this.#sync.presence.say({
      workspaceId: this.#workspaceId,
      conversationId: this.#conversationId,
      window: this.#window,
      is,
    })
  }
}
