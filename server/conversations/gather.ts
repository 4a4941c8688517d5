/**
 * Lets callers through at once while few are busy with the same key, and with all; who comes while too many are, waits,
 * and all who wait with one key go on together as soon as there is room. So a quiet workspace answers without delay and
 * a flooded one writes its messages in batches, whose transactions cost far less each.
 */
export function gather<Item, Result>(o: {
  most: number
  mostOfAll: number
  atOnce: number
  work(key: string, items: Item[]): Promise<Result[]>
}): (key: string, item: Item) => Promise<Result> {
  type Waiting = { item: Item; resolve(result: Result): void; reject(error: unknown): void }
  type Line = { busy: number; waiting: Waiting[] }
  // Whose turn was longest ago comes first.
  const lines = new Map<string, Line>()
  let busy = 0

  function goOn(): void {
    for (const [key, line] of lines) {
      if (busy >= o.mostOfAll) return
      if (line.waiting.length > 0 && line.busy < o.most) void take(key, line)
    }
  }

  async function take(key: string, line: Line): Promise<void> {
    lines.delete(key)
    lines.set(key, line)
    line.busy += 1
    busy += 1
    await run(key, line.waiting.splice(0, o.atOnce))
    line.busy -= 1
    busy -= 1
    if (line.busy === 0 && line.waiting.length === 0) lines.delete(key)
    goOn()
  }

  async function run(key: string, batch: Waiting[]): Promise<void> {
    try {
      const results = await o.work(
        key,
        batch.map(({ item }) => item),
      )
      for (const [position, { resolve, reject }] of batch.entries()) {
        const result = results[position]
        if (result === undefined) reject(new Error("A batch answered for fewer than were in it."))
        else resolve(result)
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return (key, item) =>
    new Promise((resolve, reject) => {
      const line = lines.get(key) ?? { busy: 0, waiting: [] }
      lines.set(key, line)
      line.waiting.push({ item, resolve, reject })
      goOn()
    })
}
