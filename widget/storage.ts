/**
 * What the browser keeps for one source, in localStorage under `parley:<sourceId>`, shared by all tabs of the site.
 * Every waiting message has an entry of its own, so that two tabs that write at once cannot erase each other's.
 * Where storage is refused or full the same things live in memory, until the page goes.
 */
export type Storage = {
  get(name: string): string | undefined
  set(name: string, value: string): void
  remove(name: string): void
  /** Names that begin so, sorted. */
  names(prefix: string): string[]
  /** Called when another tab changed something, with what it put there. */
  watch(onChange: (name: string, value: string | undefined) => void): void
}

export function openStorage(sourceId: string): Storage {
  const prefix = `parley:${sourceId}`
  const memory = new Map<string, string>()
  const disk = openDisk()
  return {
    get: (name) => memory.get(name) ?? attempt(() => disk?.getItem(prefix + name)) ?? undefined,
    set(name, value) {
      if (attempt(() => disk?.setItem(prefix + name, value) ?? disk !== undefined)) memory.delete(name)
      else memory.set(name, value)
    },
    remove(name) {
      memory.delete(name)
      attempt(() => disk?.removeItem(prefix + name))
    },
    names(start) {
      const found = new Set(memory.keys())
      for (const name of attempt(() => Object.keys(disk ?? {})) ?? [])
        if (name.startsWith(prefix)) found.add(name.slice(prefix.length))
      return [...found].filter((name) => name.startsWith(start)).sort()
    },
    watch(onChange) {
      addEventListener("storage", (event) => {
        if (event.key?.startsWith(prefix))
          onChange(event.key.slice(prefix.length), event.newValue ?? undefined)
      })
    },
  }
}

/** Reading the property alone throws where a browser blocks storage. */
function openDisk(): globalThis.Storage | undefined {
  return attempt(() => globalThis.localStorage)
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/**
 * JSON in which a page cannot put in a word: old libraries give arrays a `toJSON` of their own, which is asked before this
 * function and overruled by it.
 */
export function writeJson(value: object): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, name: string) {
    return this[name]
  })
}

/** JSON of ours read back; what another version or a visitor's hand made unreadable counts as absent. */
export function readJson<T>(
  text: string | undefined,
  isRight: (value: unknown) => value is T,
): T | undefined {
  const value: unknown = text === undefined ? undefined : attempt(() => JSON.parse(text))
  return isRight(value) ? value : undefined
}
