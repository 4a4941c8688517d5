/**
 * How components act. Conversation commands go through the outbox: they show at once, survive a reload and are
 * repeated until the server has answered. Workspace commands and account requests need the network.
 */
import type { z } from "zod"
import type { conversationCommands, ConversationCommand, workspaceCommands, WorkspaceCommand } from "../../protocol/commands.ts"
import type { RefusalBody } from "../../protocol/refusals.ts"

const soon = (): never => {
  throw new Error("not built yet")
}

/** `refusal.refusal` is a code of protocol/refusals.ts, or "offline" where a command that needs the network found none. */
export type Outcome<Answer = { number: number }> = { kind: "done"; answer: Answer } | { kind: "refused"; refusal: RefusalBody }

type ParamsIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}` ? { [K in Name | keyof ParamsIn<Rest>]: string } : Path extends `${string}:${infer Name}` ? { [K in Name]: string } : object
type BodyOf<B extends z.ZodType> = Omit<z.input<B>, "id">
type Conversation = typeof conversationCommands
type Workspace = typeof workspaceCommands

/** Resolves when the server has decided, perhaps much later when offline. A refused answer or note is a draft again by then. */
export function issue<C extends ConversationCommand>(_command: C, _params: ParamsIn<Conversation[C]["path"]>, _body: BodyOf<Conversation[C]["body"]>): Promise<Outcome> { return soon() }

export function issueWorkspace<C extends WorkspaceCommand>(_command: C, _params: ParamsIn<Workspace[C]["path"]>, _body: BodyOf<Workspace[C]["body"]>): Promise<Outcome<z.output<Workspace[C]["answer"]>>> { return soon() }

/** What `request` throws when the server says no; `body.refusal` is "offline" when it could not be asked. */
export class RefusalError extends Error {
  readonly body: RefusalBody
  constructor(body: RefusalBody) {
    super(body.refusal)
    this.name = "RefusalError"
    this.body = body
  }
}

/** A request under /api/v1 in the open workspace, if there is one: `request("GET", "/session", undefined, sessionAnswer)`. */
export function request<S extends z.ZodType>(_method: string, _path: string, _body: unknown, _answer: S): Promise<z.output<S>> { return soon() }

/** `onSignedOut`: the server ended the session (signed out elsewhere, disabled); what was written stays on disk for the same agent. */
export function openReplica(_o: { workspaceId: string; agentId: string; onSignedOut: () => void }): void { return soon() }
/** `erase` on signing out: nothing of the workspace stays on this machine, in no tab. */
export function closeReplica(_o: { erase: boolean }): Promise<void> { return soon() }
/** The server's clock, in milliseconds, as well as it is known: for countdowns of offers. */
export function serverNow(): number { return soon() }
