/**
 * The visitor's words on their way: stored before they are sent, sent one after another in the order they were
 * written, and repeated with the same id until the server answers, on this page or the next. A lock lets one tab
 * send at a time, which keeps the order; where there are no locks (plain http) the ids alone keep them single.
 */
import type { PublicMessage } from "../protocol/visitor.ts"
import type { AttachedFile } from "./attaching.ts"
import { newId } from "./secret.ts"
import { readJson, writeJson, type Storage } from "./storage.ts"

export type Outgoing = {
  id: string
  text: string
  /** Which are at the server already. */
  files?: AttachedFile[]
  /** When it was written, milliseconds of this device. */
  at: number
  /** It was written below the proactive message. */
  answersProactive?: boolean
  /** Set when the server will never take it as it is. */
  refusal?: string
}

export type Sent = { kind: "accepted"; at: string } | { kind: "refused"; refusal: string } | { kind: "later" }

export type Outbox = {
  all(): Outgoing[]
  add(message: Pick<Outgoing, "text" | "files" | "answersProactive">): void
  remove(id: string): void
  /** Tries a refused one again. */
  renew(id: string): void
  /** Sends what waits, now. */
  flush(): void
}

const ENTRY = ":out:"
const LONGEST_WAIT = 30_000

export function openOutbox(o: {
  storage: Storage
  lock: string
  send(message: Outgoing): Promise<Sent>
  onAccepted(message: Outgoing, at: string): void
  onChange(): void
}): Outbox {
  const { storage } = o
  let isSending = false
  let isAskedAgain = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function all(): Outgoing[] {
    return storage
      .names(ENTRY)
      .map((name) => readJson(storage.get(name), isOutgoing))
      .filter((message) => message !== undefined)
  }

  function keep(message: Outgoing): void {
    storage.set(ENTRY + message.id, writeJson(message))
    o.onChange()
  }

  async function sendAll(): Promise<void> {
    for (;;) {
      const message = all().find((waiting) => !waiting.refusal)
      if (!message) return
      const result = await o.send(message)
      // Its writer has gone meanwhile, with all that was his.
      if (storage.get(ENTRY + message.id) === undefined) continue
      if (result.kind === "later") {
        failures += 1
        // Half of the wait is chance, so that a crowd does not return in step.
        timer = setTimeout(
          flush,
          Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures, 8)) * (0.5 + Math.random() / 2),
        )
        return
      }
      failures = 0
      if (result.kind === "refused") keep({ ...message, refusal: result.refusal })
      else {
        // First known as a message, then no longer waiting: no tab ever sees it in neither place.
        o.onAccepted(message, result.at)
        storage.remove(ENTRY + message.id)
        o.onChange()
      }
    }
  }

  function flush(): void {
    clearTimeout(timer)
    if (isSending) {
      isAskedAgain = true
      return
    }
    isSending = true
    isAskedAgain = false
    const sending = navigator.locks ? navigator.locks.request(o.lock, sendAll) : sendAll()
    void Promise.resolve(sending)
      .catch(() => {
        timer = setTimeout(flush, LONGEST_WAIT)
      })
      .finally(() => {
        isSending = false
        if (isAskedAgain) flush()
      })
  }

  return {
    all,
    add(message) {
      keep({ id: newId(), at: Date.now(), ...message })
      flush()
    },
    remove(id) {
      storage.remove(ENTRY + id)
      o.onChange()
    },
    renew(id) {
      const message = all().find((refused) => refused.id === id)
      if (message) {
        delete message.refusal
        keep(message)
      }
      flush()
    },
    flush,
  }
}

export function isOutgoing(value: unknown): value is Outgoing {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "text" in value &&
    typeof value.text === "string" &&
    "at" in value &&
    typeof value.at === "number"
  )
}

/** As they are shown while the server has not said where they lie. */
export function filesOf({ files = [] }: Outgoing): PublicMessage["files"] {
  return files.map((file) => ({ ...file, voice: file.voice ?? null, width: null, height: null, path: "" }))
}
