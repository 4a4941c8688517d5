import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { PublicMessage } from "../../protocol/visitor.ts"
import { stamp } from "../../server/db/db.ts"
import { merge } from "../../widget/messages.ts"
import { createRandom } from "../faults/random.ts"
import { createCompany, openParley } from "./company.ts"
import { anyAct, meetBoth, mergeIn, writeAs, type Pair } from "./merging-acts.ts"
import { createTwin, type Twin } from "./twins.ts"
import { createVisitor } from "./visitor-client.ts"

let parley: Awaited<ReturnType<typeof openParley>>

beforeAll(async () => {
  parley = await openParley()
})
afterAll(() => parley.stop())

/** 7 and 11 need room that there is not. More of them: PARLEY_MERGES=500. */
const SEEDS = Number(process.env["PARLEY_MERGES"] ?? 12)

/** What a customer is shown who looks on, as his browser puts it together, and what one is shown who comes anew. */
async function lookOn({ company }: Twin, name: string, sourceId: string) {
  const { key = "" } = company.customers.get(name) ?? {}
  const visitor = createVisitor(company.url, sourceId, key)
  const stream = await visitor.connect()
  await stream.next("welcome")
  return {
    name,
    async shown() {
      await stream.next("messages", ({ messages }) => messages.some(({ text }) => text === "The end"))
      const all = stream.frames.reduce<PublicMessage[]>(
        (known, frame) => ("messages" in frame ? merge(known, frame.messages) : known),
        [],
      )
      stream.close()
      return all.map(({ text }) => text)
    },
    async shownAnew() {
      const again = await visitor.connect()
      const { messages } = await again.next("welcome")
      again.close()
      return messages.map(({ text }) => text)
    },
  }
}

test.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
  "where a clock was put back, merging and undoing leave every dialogue as it was told, %i",
  async (seed) => {
    const twin = await createTwin(await createCompany(parley))
    const { company } = twin
    const random = createRandom(seed)
    const pair = { one: "Vera", other: "Lead Vera" }
    await meetBoth(twin, pair)
    // From now on an entry stands right behind the one before, and there is room for nothing in between.
    const later = stamp(new Date(company.clock.now().getTime() + 3_600_000))
    await sql`
      update conversations set last_at = ${later}
       where workspace_id = ${company.workspaceId}`.execute(company.database.db)
    const customers = [
      await lookOn(twin, pair.one, twin.idOf("sales site")),
      await lookOn(twin, pair.other, company.sourceId),
    ]
    const happen = async (round: string, those: Pair, isMerged: boolean) => {
      for (let step = 0; step < 8; step += 1) {
        const act = anyAct(random, those, `${round} ${step}`)
        if (act.isRefused?.(await company.see(twin.ada, isMerged ? those.one : act.customer))) continue
        await act.run({ twin, isMerged })
      }
    }
    await happen("before", pair, false)
    await happen("still before", { one: pair.other, other: pair.one }, false)
    const undo = await mergeIn(twin, pair)
    await happen("as one", pair, true)
    await undo()
    await happen("as two", pair, false)
    for (const { name, shown, shownAnew } of customers) {
      await company.act(twin.ada, name, "customer/block", { isBlocked: false })
      await writeAs(twin, name, "The end")
      const texts = await shown()
      expect(texts).toEqual(await shownAnew())
      expect(texts.at(-1)).toBe("The end")
    }
  },
)
