/**
 * The widget's borders: what comes from its storage or by HTTP is looked at once, as far as reading it could go
 * wrong. The server validates all it answers, so the rest of a message is taken as declared.
 */
import type { HomeAnswer, PublicMessage } from "../protocol/visitor.ts"

/** Of a signed identity, too: `user`, what was `said` of him, and when that was proven. */
export type Session = { key: string; isKnown: boolean; user?: string; said?: string; provenAt?: number }
/** The latest messages for showing at once on the next page, and up to where the stream had come, of the session with that key. */
export type Kept = { messages: PublicMessage[]; cursor: string; of: string }

export function isSession(value: unknown): value is Session {
  return (
    typeof value === "object" &&
    value !== null &&
    "key" in value &&
    typeof value.key === "string" &&
    "isKnown" in value
  )
}

function isMessages(value: unknown): value is PublicMessage[] {
  return (
    Array.isArray(value) &&
    value.every(
      (message: unknown) =>
        typeof message === "object" &&
        message !== null &&
        "id" in message &&
        "at" in message &&
        "text" in message &&
        "files" in message &&
        Array.isArray(message.files) &&
        "agent" in message,
    )
  )
}

/** `unfinished`: a recording that goes on in a tab, or did when the tab went. */
export type StoredFile = { id: string; name: string; size: number; type: string; unfinished?: true }

export function isFiles(value: unknown): value is StoredFile[] {
  return (
    Array.isArray(value) &&
    value.every(
      (file: unknown) =>
        typeof file === "object" &&
        file !== null &&
        "id" in file &&
        typeof file.id === "string" &&
        "name" in file &&
        typeof file.name === "string" &&
        "size" in file &&
        typeof file.size === "number" &&
        "type" in file &&
        typeof file.type === "string",
    )
  )
}

export function isKept(value: unknown): value is Kept {
  return (
    typeof value === "object" &&
    value !== null &&
    "messages" in value &&
    isMessages(value.messages) &&
    "cursor" in value &&
    typeof value.cursor === "string" &&
    "of" in value &&
    typeof value.of === "string"
  )
}

export function isAccepted(value: unknown): value is { at: string } {
  return typeof value === "object" && value !== null && "at" in value && typeof value.at === "string"
}

export function isHistory(value: unknown): value is { messages: PublicMessage[]; hasMore: boolean } {
  return (
    typeof value === "object" &&
    value !== null &&
    "messages" in value &&
    isMessages(value.messages) &&
    "hasMore" in value
  )
}

export function isHome(value: unknown): value is HomeAnswer {
  return typeof value === "object" && value !== null && "company" in value && "faces" in value
}
