/** Who the browser is to Parley, and what is kept of that. */
import { readJson, type Storage } from "./storage.ts"
import { isKept, isSession, type Kept, type Session } from "./trust.ts"

export function readSession(storage: Storage): Session | undefined {
  return readJson(storage.get(""), isSession)
}

/** Not what another tab has just kept of a session that ended meanwhile: it may be another person's. */
export function readKept(storage: Storage, key: string | undefined): Kept | undefined {
  const kept = readJson(storage.get(":messages"), isKept)
  return kept?.of === key ? kept : undefined
}
