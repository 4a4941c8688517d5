/** What is being written and not sent: the words, the files, and whose they are. */
import type { Attaching, Attachment } from "./attaching.ts"
import type { Answer } from "./server.ts"
import { readJson, type Storage } from "./storage.ts"
import { isFiles } from "./trust.ts"

export type Unsent = {
  /** Another object when the words became others without being written in the field. */
  draft: { text: string }
  attached: Attachment[]
  /** Another number when what was being written was another person's. */
  person: number
}

export type Writing = {
  now: Unsent
  write(text: string): void
  /** In this tab or another. Other words than those stay, here and in the storage. */
  sent(text: string): void
  /** Loads what takes care of files; tried again with the next that wants it. */
  attaching(): Promise<Attaching>
  /** The next one finds nothing of it, and nothing of it goes on. */
  empty(): void
}

export function openWriting(o: {
  storage: Storage
  lock: string
  address: string
  /** Undefined before the first message, when nothing may be stored. */
  key(): string | undefined
  begin(): void
  ask(what: string, body: object): Promise<Answer>
  onChange(): void
}): Writing {
  const { storage } = o
  const now: Unsent = {
    draft: { text: (o.key() && storage.get(":draft")) || "" },
    attached: [],
    person: 0,
  }
  let gone = new AbortController()
  let attaching: Promise<Attaching> | undefined

  function attach(): Promise<Attaching> {
    if (attaching) return attaching
    const { signal } = gone
    const opening = import("./attaching.ts").then(({ openAttaching }) => {
      const open = () => {
        signal.throwIfAborted()
        o.begin()
        return openAttaching({
          storage,
          address: o.address,
          signal,
          key: () => o.key() ?? "",
          ask: o.ask,
          onChange(all) {
            now.attached = all
            o.onChange()
          },
        })
      }
      return navigator.locks ? navigator.locks.request(o.lock, open) : open()
    })
    attaching = opening
    // The next that wants it tries again.
    opening.catch(() => {
      if (attaching === opening) attaching = undefined
    })
    return opening
  }

  storage.watch((name, value) => {
    if (name !== ":files") return
    // What another tab attaches waits in this one, too, even if it had nothing to do with files so far. Not yet while
    // something is being recorded there: whoever opens such a list takes it for what a closed tab left.
    const files = readJson(value, isFiles) ?? []
    const isWhole = files.length > 0 && !files.some((file) => file.unfinished)
    const opening = isWhole && o.key() ? attach() : attaching
    void opening?.then(
      (opened) => opened.follow(),
      () => {},
    )
  })

  return {
    now,
    write(text) {
      now.draft.text = text
      if (o.key()) storage.set(":draft", text)
    },
    sent(text) {
      if (storage.get(":draft") === text) storage.remove(":draft")
      if (now.draft.text === text) now.draft = { text: "" }
    },
    attaching: attach,
    empty() {
      gone.abort()
      gone = new AbortController()
      attaching = undefined
      // The next one's, if there is a next one.
      if (!o.key()) for (const name of [":draft", ":files"]) storage.remove(name)
      Object.assign(now, { draft: { text: "" }, attached: [], person: now.person + 1 })
    },
  }
}
