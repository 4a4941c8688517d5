/** Writes drafts a moment after they were typed. A draft and what became part of it are written together: no text is on disk twice, or not at all. */
import type { Change } from "./disk.ts"
import { isEmpty, type Draft } from "./draft.ts"

type Typed = { key: string; draft: Draft; absorbs: readonly string[] }
export type DraftSaver = { add(typed: Typed): void; save(): void; close(): void }

/** Milliseconds. */
const AFTER = 300

export function createDraftSaver(write: (change: Change) => void): DraftSaver {
  const unsaved = new Map<string, Typed>()
  let saving: ReturnType<typeof setTimeout> | undefined

  function save(): void {
    clearTimeout(saving)
    saving = undefined
    if (unsaved.size === 0) return
    const drafts = [...unsaved.values()]
    const absorbed = drafts.flatMap((one) => one.absorbs)
    unsaved.clear()
    write({ drafts, ...(absorbed.length > 0 ? { absorbed } : {}) })
  }

  return {
    save,
    add(typed) {
      const before = unsaved.get(typed.key)?.absorbs ?? []
      unsaved.set(typed.key, { ...typed, absorbs: [...before, ...typed.absorbs] })
      // What was sent must not be read back as a draft, even if the tab dies in this moment.
      if (isEmpty(typed.draft)) save()
      else saving ??= setTimeout(save, AFTER)
    },
    close: () => clearTimeout(saving),
  }
}
