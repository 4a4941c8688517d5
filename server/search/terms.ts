import type { Id } from "../../protocol/values.ts"
import { wordsOf, wordsOfNote, type AskedWord } from "../../protocol/words.ts"

/** A piece of a `tsquery`, ready to be joined to others by `&` and `|`. */
export type Term = string

export type Written = {
  type: "message" | "note"
  agentId: Id | null
  sourceId: Id | null
  text: string
  fileIds: readonly Id[]
}

/** Everything a message or note is found by. */
export function lexemesOf(workspaceId: Id, { type, agentId, sourceId, text, fileIds }: Written): string[] {
  const facts = [agentId === null ? BY_CUSTOMER : byAgent(agentId)]
  if (sourceId !== null) facts.push(bySource(sourceId))
  if (fileIds.length > 0) facts.push(WITH_FILE)
  const words = type === "note" ? wordsOfNote(text) : wordsOf(text)
  return [...words, ...facts].map((word) => `${tagOf(workspaceId)}${word}`)
}

// No word holds a sign, so none of these can be typed.
const BY_CUSTOMER = "#customer"
const WITH_FILE = "#file"
/** The end of an id is its random part. */
const byAgent = (agentId: Id): string => `#agent${agentId.slice(-12)}`
const bySource = (sourceId: Id): string => `#source${sourceId.slice(-12)}`

export const termsOf = {
  customer: (workspaceId: Id): Term => exactly(workspaceId, BY_CUSTOMER),
  file: (workspaceId: Id): Term => exactly(workspaceId, WITH_FILE),
  agent: (workspaceId: Id, agentId: Id): Term => exactly(workspaceId, byAgent(agentId)),
  source: (workspaceId: Id, sourceId: Id): Term => exactly(workspaceId, bySource(sourceId)),
}

export function wordTerm(workspaceId: Id, { text, isPrefix }: AskedWord): Term {
  return `${exactly(workspaceId, text)}${isPrefix ? ":*" : ""}`
}

/** One index serves all workspaces, so the terms of each begin with a sign of its own; rows say whose they are. */
function tagOf(workspaceId: Id): string {
  return workspaceId.slice(-4)
}

// https://www.postgresql.org/docs/current/datatype-textsearch.html: within quotes only these two are special.
function exactly(workspaceId: Id, word: string): Term {
  return `'${tagOf(workspaceId)}${word.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
}
