/**
 * How components act. Conversation commands go through the outbox: they show at once, survive a reload and are
 * repeated until the server has answered. Workspace commands (but for `setInbox`) and account requests need the
 * network.
 */
import type { z } from "zod"
import { workspaceCommands, type WorkspaceCommand } from "../../protocol/commands.ts"
import { type conversationCommands, type ConversationCommand } from "../../protocol/conversation-commands.ts"
import type { Voice } from "../../protocol/uploads.ts"
import { REFUSALS, type RefusalBody } from "../../protocol/refusals.ts"
import { act, fillPath, newId, type DraftFile } from "./act.ts"
import { ask, OFFLINE, RefusalError } from "./ask.ts"
import { findReplica } from "./current.ts"
import type { Outcome } from "./outbox.ts"
import type { KeptRecording } from "./uploads.ts"

type ParamsIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name | keyof ParamsIn<Rest>]: string }
  : Path extends `${string}:${infer Name}`
    ? { [K in Name]: string }
    : object
type BodyOf<B extends z.ZodType> = Omit<z.input<B>, "id">
type Conversation = typeof conversationCommands
type Workspace = typeof workspaceCommands
type Answers = { [C in WorkspaceCommand]: z.output<Workspace[C]["answer"]> }

// The same table, said so that a command's name and its answer stay together.
const answering: {
  [C in WorkspaceCommand]: { method: string; path: string; answer: z.ZodType<Answers[C]> }
} = workspaceCommands

/** Resolves when the server has decided, perhaps much later when offline. `files`: those that `fileIds` names. A refused answer or note is a draft again by then. */
export async function issue<C extends ConversationCommand>(
  command: C,
  params: ParamsIn<Conversation[C]["path"]>,
  body: BodyOf<Conversation[C]["body"]>,
  files: readonly DraftFile[] = [],
): Promise<Outcome> {
  return queue(command, params, body, files)
}

async function queue(
  command: string,
  params: object,
  body: object,
  files: readonly DraftFile[] = [],
): Promise<Outcome> {
  const replica = findReplica()
  const parsed = act.safeParse({ command, params, body: { ...body, id: newId() } })
  if (!parsed.success) return { kind: "refused", refusal: malformed(parsed.error) }
  if (!replica) return { kind: "refused", refusal: OFFLINE }
  return replica.issue(parsed.data, files)
}

function malformed(error: z.ZodError): RefusalBody {
  const isTooLong = error.issues.some((issue) => issue.message === "text-too-long")
  const refusal = isTooLong ? "text-too-long" : "invalid-input"
  return { refusal, message: REFUSALS[refusal] }
}

/** Milliseconds before a workspace command that got no answer is repeated, with the same id. */
const PAUSES = [500, 1_500]

export async function issueWorkspace<C extends WorkspaceCommand>(
  command: C,
  params: ParamsIn<Workspace[C]["path"]>,
  body: BodyOf<Workspace[C]["body"]>,
): Promise<Outcome<Answers[C]>> {
  const { method, path, answer } = answering[command]
  const ask = { method, path: fillPath(path, { ...params }), body: { ...body, id: newId() }, answer }
  // Another filter or order shows at once, offline too, and is remembered when there is a server.
  const queued = isQueued(command) ? await queue(command, params, body) : undefined
  return queued ? parsed(answer, queued) : repeat(ask)
}

async function repeat<A>(ask: {
  method: string
  path: string
  body: object
  answer: z.ZodType<A>
}): Promise<Outcome<A>> {
  for (let tries = 0; ; tries += 1) {
    try {
      return { kind: "done", answer: await request(ask.method, ask.path, ask.body, ask.answer) }
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      const pause = PAUSES[tries]
      if (error.body.refusal !== OFFLINE.refusal || pause === undefined)
        return { kind: "refused", refusal: error.body }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}

function parsed<A>(schema: z.ZodType<A>, outcome: Outcome): Outcome<A> {
  return outcome.kind === "done" ? { kind: "done", answer: schema.parse(outcome.answer) } : outcome
}

function isQueued(command: WorkspaceCommand): boolean {
  return command === "setInbox"
}

/**
 * A request under /api/v1 in the open workspace, if there is one: `request("GET", "/session", undefined, sessionAnswer)`.
 * Throws a `RefusalError`; its `body.refusal` is "offline" when the server could not be asked.
 */
export function request<S extends z.ZodType>(
  method: string,
  path: string,
  body: unknown,
  answer: S,
): Promise<z.output<S>> {
  const server = findReplica()?.server ?? { base: location.origin }
  return ask(server, { method, path, answer, ...(body === undefined ? {} : { body }) })
}

/**
 * Where the browser itself fetches something of the open workspace: pictures, players, downloads. It names the workspace,
 * because a person may be in several: `apiUrl("/files/0198…?as=small")`.
 */
export function apiUrl(path: string): string {
  const workspaceId = findReplica()?.server.workspaceId
  const mark = path.includes("?") ? "&" : "?"
  return `/api/v1${path}${workspaceId === undefined ? "" : `${mark}workspace=${workspaceId}`}`
}

/** The server's clock, in milliseconds, as well as it is known: for countdowns of offers. */
export function serverNow(): number {
  return Date.now() + (findReplica()?.memory.skew ?? 0)
}

/** Begins to upload a file for a draft. */
export function attach(file: File, voice?: Voice): DraftFile | undefined {
  return findReplica()?.uploads.add(file, voice)
}

/** For a recording that has begun. */
export function keepRecording(): KeptRecording | undefined {
  return findReplica()?.uploads.keepRecording()
}

/** What was attached here, to be listened to before it is sent. */
export async function attachedBytes(id: string): Promise<Blob | undefined> {
  return findReplica()?.uploads.bytesOf(id)
}

export function uploadAgain(file: DraftFile): void {
  findReplica()?.uploads.resume(file)
}

/** Of a file that is not to be sent after all. */
export function unattach(id: string): void {
  findReplica()?.uploads.cancel(id)
}
