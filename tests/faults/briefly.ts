import { afterEach, expect, test } from "vitest"
import type { Nemesis } from "./nemesis.ts"
import { runNemesis, type Run } from "./run.ts"

/** The seed of an earlier run brings its chances back, though not the moments at which they strike. */
const seed = Number(process.env.PARLEY_FAULTS_SEED ?? Date.now() % 2 ** 32)

/** Few people and one blow, as a test among all others. */
export async function testBriefly(sentence: string, nemesis: Nemesis): Promise<void> {
  const lack = await nemesis.cannot?.()
  let running: Promise<Run> | undefined
  // A test that ran out of time still has servers to stop.
  afterEach(async () => {
    await running
  })

  test.skipIf(lack !== undefined)(
    lack === undefined ? sentence : `${sentence} (${lack})`,
    { timeout: 240_000 },
    async ({ signal }) => {
      console.log(`PARLEY_FAULTS_SEED=${seed}`)
      const say = (line: string): void => console.log(line)
      running = runNemesis({ nemesis, minutes: 0, isBrief: true, seed, signal, say })
      const { messages, violations } = await running
      expect(violations).toEqual([])
      expect(messages).toBeGreaterThan(10)
    },
  )
}
