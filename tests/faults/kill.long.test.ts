import { afterEach, expect, test } from "vitest"
import { check } from "./check.ts"
import { besiege, type Report } from "./siege.ts"

const seed = Number(process.env.PARLEY_SIEGE_SEED ?? Date.now() % 2 ** 32)

let running: Promise<Report> | undefined
afterEach(async () => {
  await running?.catch(() => undefined)
})

test(
  "10,000 messages come through many kills everywhere once and in order",
  { timeout: 1_200_000 },
  async ({ signal }) => {
    console.log(`PARLEY_SIEGE_SEED=${seed}`)
    const plan = {
      seed,
      visitors: 16,
      phones: 4,
      agents: 5,
      textsEach: 250,
      answersEach: 1_000,
      seconds: 200,
      mostKills: 50,
    }
    running = besiege(plan, signal)
    const { outcome, complaints } = await running
    expect([...complaints, ...check(outcome)]).toEqual([])
    expect(outcome.entries.filter(({ type }) => type === "message")).toHaveLength(20 * 250 + 5 * 1_000)
  },
)
