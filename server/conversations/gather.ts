/**
 * Lets callers through at once while few are busy with the same key; who comes while `most` are, waits, and all who
 * wait go on together as soon as one has finished. So a quiet workspace answers without delay and a flooded one
 * writes its messages in batches, whose transactions cost far less each.
 */
export function gather<Item, Result>(o: {
  most: number
  atOnce: number
  work(key: string, items: Item[]): Promise<Result[]>
}): (key: string, item: Item) => Promise<Result> {
  type Waiting = { item: Item; resolve(result: Result): void; reject(error: unknown): void }
  const lines = new Map<string, { busy: number; waiting: Waiting[] }>()

  async function goOn(key: string, line: { busy: number; waiting: Waiting[] }): Promise<void> {
    line.busy += 1
    while (line.waiting.length > 0) await run(key, line.waiting.splice(0, o.atOnce))
    line.busy -= 1
    if (line.busy === 0) lines.delete(key)
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
      if (line.busy < o.most) void goOn(key, line)
    })
}
