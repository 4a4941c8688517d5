import { expect, test } from "vitest"
import { check, type AgentView, type CustomerView, type Entry, type Line, type Outcome } from "./check.ts"

/** Two customers in a conversation each, one merged into the first, an agent who sees all and one who sees the first. */
function wellDone() {
  const entry = (number: number, more: Partial<Entry>): Entry => ({
    id: `e${number}`,
    conversationId: "c1",
    at: `2026-03-02T09:00:0${number}.000000Z`,
    type: "message",
    text: "",
    addressId: "a1",
    files: [],
    labels: [],
    ...more,
  })
  const entries = [
    entry(1, { text: "v1 1" }),
    entry(2, { text: "v1 2" }),
    entry(3, { type: "event", addressId: null }),
    entry(4, { text: "ada 1", labels: ["l1"] }),
    entry(5, { text: "ada note", type: "note", addressId: null, files: ["ada file 1"] }),
    entry(6, { text: "v2 1", conversationId: "c2", addressId: "a2" }),
    entry(7, { text: "v3 1", addressId: "a3" }),
    entry(8, { text: "ada 2", addressId: "a3" }),
  ]
  const linesOf = (conversationId: string): Line[] =>
    entries
      .filter((one) => one.conversationId === conversationId)
      .map(({ id, at, text, files, labels }) => ({ id, at, text, files, labels }))
  const customer = (of: string, addressId: string): CustomerView => ({
    of,
    addressId,
    lines: entries
      .filter((one) => one.type === "message" && one.addressId === addressId)
      .map(({ id, at, text, files }) => ({ id, at, text, files })),
  })
  const agent = (of: string, agentId: string, ids: string[]): AgentView => ({
    of,
    agentId,
    badge: ids.length,
    timelines: new Map(ids.map((id) => [id, linesOf(id)])),
    rows: new Map(ids.map((id) => [id, `row of ${id}`])),
  })
  return {
    word: "lark",
    words: ["lark", "wren"],
    areClocksWrong: false as boolean,
    refused: [{ author: "ada", id: "e0" }],
    claims: [{ author: "ada", conversationId: "c1", addressId: "a1", lastAnswerId: null }],
    heard: [{ by: "ada", word: "lark" }],
    typed: [
      { author: "v1", text: "v1 1", isNote: false, files: [] },
      { author: "v1", text: "v1 2", isNote: false, files: [] },
      { author: "ada", text: "ada 1", isNote: false, files: [] },
      { author: "ada", text: "ada note", isNote: true, files: ["ada file 1"] },
      { author: "v2", text: "v2 1", isNote: false, files: [] },
      { author: "v3", text: "v3 1", isNote: false, files: [] },
      { author: "ada", text: "ada 2", isNote: false, files: [], to: "c1" },
    ],
    accepted: [{ author: "v1", id: "e1", at: entries[0]?.at ?? "" }],
    seen: [{ by: "v1", id: "e4" }],
    entries,
    homes: new Map([
      ["a1", "c1"],
      ["a2", "c2"],
      ["a3", "c1"],
    ]),
    customers: [
      customer("v1", "a1"),
      customer("v1, fresh", "a1"),
      customer("v2", "a2"),
      customer("v3", "a3"),
    ],
    agents: [
      agent("ada", "ada", ["c1", "c2"]),
      agent("ada, fresh", "ada", ["c1", "c2"]),
      agent("bo", "bo", ["c1"]),
    ],
    sight: new Map([
      ["ada", new Set(["c1", "c2"])],
      ["bo", new Set(["c1"])],
    ]),
    badges: new Map([
      ["ada", 2],
      ["bo", 1],
    ]),
    fetched: [{ name: "ada file 1", isWhole: true }],
    phones: [{ addressId: "a1", text: "ada 1" }],
  } satisfies Outcome
}

test("nothing is found where all is well", () => {
  expect(check(wellDone())).toEqual([])
})

type World = ReturnType<typeof wellDone>
const timeline = (world: World, agent: number): Line[] => world.agents[agent]?.timelines.get("c1") ?? []
const line: Line = { id: "e5", at: "2026-03-02T09:00:05.000000Z", text: "ada note", files: ["ada file 1"] }

const plants: [string, RegExp, (world: World) => unknown][] = [
  ["a message lost from the tables", /^Lost: v1 wrote “v1 2”/, (world) => world.entries.splice(1, 1)],
  [
    "a message twice in the tables",
    /^Doubled: v1 wrote “v1 1” once/,
    ({ entries }) =>
      entries.push({ ...(entries[0] ?? expect.fail()), id: "e9", at: "2026-03-02T09:00:09.000000Z" }),
  ],
  ["a message that nobody wrote", /^Made up/, ({ entries }) => ((entries[3] ?? expect.fail()).text += "!")],
  [
    "a note that became a message",
    /^Leaked: “ada note” became a message/,
    ({ entries }) => ((entries[4] ?? expect.fail()).type = "message"),
  ],
  [
    "an author's messages the wrong way round",
    /^Swapped: v1 wrote “v1 1” before “v1 2”/,
    ({ entries }) => {
      const [one, two] = entries
      if (one && two) [one.at, two.at] = [two.at, one.at]
    },
  ],
  [
    "an author's messages to one address the wrong way round, whatever the clocks said",
    /^Swapped: v1 wrote “v1 1” before “v1 2”/,
    (world) => {
      world.areClocksWrong = true
      const [one, two] = world.entries
      if (one && two) [one.at, two.at] = [two.at, one.at]
    },
  ],
  [
    "an acceptance without a message",
    /^Lost: v1 was told that e0 is accepted/,
    ({ accepted }) => accepted.push({ author: "v1", id: "e0", at: "" }),
  ],
  [
    "an acceptance with another time",
    /^Swapped: v1 was told x for e2/,
    ({ accepted }) => accepted.push({ author: "v1", id: "e2", at: "x" }),
  ],
  [
    "something seen that is no more",
    /^Lost: bo saw e0 once/,
    ({ seen }) => seen.push({ by: "bo", id: "e0" }),
  ],
  [
    "a message lost from a customer's view",
    /^Lost: v1, fresh does not show “ada 1”/,
    ({ customers }) => customers[1]?.lines.pop(),
  ],
  [
    "a message twice in a customer's view",
    /^Doubled: v1 shows “v1 1”/,
    ({ customers }) => customers[0]?.lines.push(customers[0].lines[0] ?? expect.fail()),
  ],
  [
    "two messages swapped for a customer",
    /^Swapped: v1 shows “v1 1” in the wrong place/,
    ({ customers }) => customers[0]?.lines.reverse(),
  ],
  [
    "a note shown to a customer",
    /^Leaked: v2 shows “ada note”/,
    ({ customers }) => customers[2]?.lines.push(line),
  ],
  [
    "a message shown to another customer",
    /^Leaked: v2 shows “v1 1”/,
    ({ customers }) => customers[2]?.lines.unshift(customers[0]?.lines[0] ?? expect.fail()),
  ],
  [
    "a text changed on its way",
    /^Changed: v1 shows “v1 one”/,
    ({ customers }) =>
      customers[0]?.lines.splice(0, 1, { ...(customers[0].lines[0] ?? expect.fail()), text: "v1 one" }),
  ],
  [
    "a message lost from an agent's view",
    /^Lost: bo does not show “v1 2”/,
    (world) => timeline(world, 2).splice(1, 1),
  ],
  [
    "a message twice in an agent's view",
    /^Doubled: bo shows “ada note”/,
    (world) => timeline(world, 2).push(line),
  ],
  ["two messages swapped for an agent", /^Swapped: bo shows “v1 1”/, (world) => timeline(world, 2).reverse()],
  [
    "a conversation an agent may not see",
    /^Leaked: bo shows the conversation c1/,
    ({ sight }) => sight.get("bo")?.delete("c1"),
  ],
  [
    "a badge that drifted",
    /^Drifted: the badge of bo says 1, by the tables it is 0/,
    ({ badges }) => badges.set("bo", 0),
  ],
  [
    "a screen that says something else than a fresh one",
    /^Drifted: ada says of c1/,
    ({ agents }) => Reflect.set(agents[1] ?? {}, "rows", new Map([["c1", "another"]])),
  ],
  [
    "something refused that is there",
    /^Made up: ada was told that e4 is refused/,
    ({ refused }) => refused.push({ author: "ada", id: "e4" }),
  ],
  [
    "a yes and a no to the same",
    /^Made up: v1 was told yes and no of e1/,
    ({ refused }) => refused.push({ author: "v1", id: "e1" }),
  ],
  [
    "two agents who both won",
    /^Claimed twice: ada and bo both answered c1 a1 null/,
    ({ claims }) => claims.push({ author: "bo", conversationId: "c1", addressId: "a1", lastAnswerId: null }),
  ],
  [
    "a message in the conversation of somebody else",
    /^Misfiled: “v2 1” is in c1 instead of c2/,
    ({ entries }) => Reflect.set(entries[5] ?? {}, "conversationId", "c1"),
  ],
  [
    "a message left where its customer was merged",
    /^Misfiled: “v3 1” is in c1 instead of c2/,
    ({ homes }) => homes.set("a3", "c2"),
  ],
  [
    "a message of whom he was merged with, shown to a customer",
    /^Leaked: v1 shows “v3 1”/,
    ({ customers }) => customers[0]?.lines.push(customers[3]?.lines[0] ?? expect.fail()),
  ],
  [
    "an answer to whom he was merged with, shown to a customer",
    /^Leaked: v3 shows “ada 1”/,
    ({ customers }) => customers[3]?.lines.unshift(customers[0]?.lines[2] ?? expect.fail()),
  ],
  [
    "a message lost for him who was merged",
    /^Lost: v3 does not show “ada 2”/,
    ({ customers }) => customers[3]?.lines.pop(),
  ],
  [
    "another company's words on the wire",
    /^Leaked: v1 was sent what wren people wrote/,
    ({ heard }) => heard.push({ by: "v1", word: "wren" }),
  ],
  [
    "another company's words on a screen",
    /^Leaked: bo is shown another company's words in c9/,
    ({ agents }) => Reflect.set(agents[2] ?? {}, "rows", new Map([["c9", "wren visitor 1 1"]])),
  ],
  [
    "an answer that went to a phone twice",
    /^Doubled: “ada 1” went to a phone 2 times/,
    ({ phones }) => phones.push({ addressId: "a1", text: "ada 1" }),
  ],
  [
    "a note without its file",
    /^Changed: “ada note” was written with “ada file 1”, and is there with “”/,
    ({ entries }) => Reflect.set(entries[4] ?? {}, "files", []),
  ],
  [
    "a note's file on a customer's screen",
    /^Changed: v1 shows “v1 2”/,
    ({ customers }) => Reflect.set(customers[0]?.lines[1] ?? {}, "files", ["ada file 1"]),
  ],
  [
    "a file with other bytes",
    /^Changed: the file “ada file 1” is not what was sent/,
    ({ fetched }) => Reflect.set(fetched[0] ?? {}, "isWhole", false),
  ],
  [
    "a file that is part of two messages",
    /^Doubled: the file “ada file 1”/,
    ({ entries }) => Reflect.set(entries[3] ?? {}, "files", ["ada file 1"]),
  ],
  [
    "a label that an agent does not see",
    /^Changed: ada shows “ada 1”/,
    (world) => Reflect.set(timeline(world, 0)[3] ?? {}, "labels", []),
  ],
  [
    "a note that went to a phone",
    /^Leaked: a1 ada note went to a phone/,
    ({ phones }) => phones.push({ addressId: "a1", text: "ada note" }),
  ],
]

test.each(plants)("%s is found", (_what, expected, plant) => {
  const world = wellDone()
  plant(world)
  expect(check(world)).toContainEqual(expect.stringMatching(expected))
})
