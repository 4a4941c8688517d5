import { expect, test } from "vitest"
import { nemeses } from "./nemeses.ts"
import { runNemesis } from "./run.ts"

/** The seed of an earlier run brings its chances back, though not the moments at which they strike. */
const seed = Number(process.env.PARLEY_FAULTS_SEED ?? Date.now() % 2 ** 32)

test(
  "whatever is killed for minutes, what people write is everywhere once, in order, and nowhere else",
  { timeout: 900_000 },
  async ({ signal }) => {
    console.log(`PARLEY_FAULTS_SEED=${seed}`)
    const nemesis = nemeses.find(({ name }) => name === "kill-server") ?? expect.fail()
    const say = (line: string) => console.log(line)
    const { violations, blows, messages } = await runNemesis({ nemesis, minutes: 6, seed, signal, say })
    expect(violations).toEqual([])
    expect(blows).toBeGreaterThan(20)
    expect(messages).toBeGreaterThan(2_000)
  },
)
