/**
 * Who is to be told when something changes, by topic ("conversation:<id>", "list:me", "counts" …). Changes are
 * marked while a message is applied and told once, when all of it is in: nobody sees half a frame.
 */
export type Watchers = {
  watch(topic: string, tell: () => void): () => void
  isWatched(topic: string): boolean
  mark(topic: string): void
  /** Goes up with each mark: what was read at one version is right as long as that stands. */
  versionOf(topic: string): number
  tell(): void
}

export function createWatchers(): Watchers {
  const watching = new Map<string, Set<() => void>>()
  const versions = new Map<string, number>()
  let marked = new Set<string>()
  return {
    watch(topic, tell) {
      const found = watching.get(topic) ?? new Set()
      watching.set(topic, found)
      found.add(tell)
      return () => {
        found.delete(tell)
        if (found.size === 0 && watching.get(topic) === found) watching.delete(topic)
      }
    },
    isWatched: (topic) => watching.has(topic),
    mark(topic) {
      marked.add(topic)
      versions.set(topic, (versions.get(topic) ?? 0) + 1)
    },
    versionOf: (topic) => versions.get(topic) ?? 0,
    tell() {
      // A teller may mark again; what it marks is told in a round of its own.
      while (marked.size > 0) {
        const topics = marked
        marked = new Set()
        for (const topic of topics) for (const tell of watching.get(topic) ?? []) tell()
      }
    },
  }
}
