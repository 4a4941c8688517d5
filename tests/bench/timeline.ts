/** A conversation of a hundred thousand messages: its latest page beside its thousandth. */
import { askOnce, longestOf } from "./dataset.ts"
import type { Figure, Part } from "./figure.ts"
import { takeRounds, timeOf } from "./rounds.ts"
import { getPage, sitDown } from "./sitting.ts"

const SET = 100_000
const PAGE = 50
const MOST_APART = 1.5

export const timeline: Part = {
  name: "timeline",
  async run(bench) {
    const size = bench.isShort ? (bench.sizes[0] ?? SET) : SET
    const dataset = await bench.dataset(size, "5,000 open")
    const messages = longestOf(size, "5,000 open")
    const [owner] = await sitDown(bench, dataset)
    if (owner === undefined) throw new Error("The owner did not sit down.")
    const conversationId = await askOnce(
      dataset.databaseUrl,
      "select conversation_id::text as text from entries group by conversation_id order by count(*) desc limit 1",
    )
    const pages = bench.isShort ? 20 : 1_000
    const far = await askOnce(
      dataset.databaseUrl,
      `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as text from entries
        where conversation_id = '${conversationId}' order by at desc offset ${(pages - 1) * PAGE} limit 1`,
    )
    const ask = async (more: string) => {
      const { rows } = await getPage(
        owner.person,
        `/conversations/${conversationId}/entries?limit=${PAGE}${more}`,
      )
      if (rows.length !== PAGE) throw new Error(`A page holds ${rows.length} entries instead of ${PAGE}.`)
    }
    const rounds = bench.isShort ? { rounds: 3, warmUp: 1 } : { rounds: 101, warmUp: 10 }
    const [times] = (
      await takeRounds([dataset], rounds, async () => ({
        first: await timeOf(() => ask("")),
        far: await timeOf(() => ask(`&before=${far}`)),
      }))
    ).values()
    const { first = Number.NaN, far: later = Number.NaN } = times ?? {}
    const ratio = later / first
    const name = `timeline of ${messages.toLocaleString("en-GB")} messages`
    return [
      { name: `${name}: first page`, value: first, unit: "ms" },
      {
        name: `${name}: page ${pages.toLocaleString("en-GB")}`,
        value: later,
        unit: "ms",
        ratio,
        ratioIs: "last/first page",
        aim: { what: `≤ ${MOST_APART} apart`, isMet: ratio <= MOST_APART },
      } satisfies Figure,
    ]
  },
}
