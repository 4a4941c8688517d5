/** What may happen to two customers, before they are merged and while they are one. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { sql } from "kysely"
import type { ConversationRow } from "../../protocol/rows.ts"
import { receive } from "../../server/conversations/conversations.ts"
import { stamp } from "../../server/db/db.ts"
import type { Random } from "../faults/random.ts"
import { succeed } from "./company.ts"
import type { Twin } from "./twins.ts"
import { agentUploads, plainPicture, putPhoto } from "./uploading.ts"

export type Pair = { one: string; other: string }
type World = { twin: Twin; isMerged: boolean }
export type Act = {
  says: string
  run(world: World): Promise<unknown>
  /** A customer it cannot be done to, or by. */
  isRefused?(row: ConversationRow): boolean
  /** It changes nothing in the merged conversation, so that nobody could tell afterwards that it was done at all. */
  isLost?(row: ConversationRow, merged: Twin, own: ConversationRow): boolean
  /** To whom, and in whose eyes. */
  customer: string
  who: "ada" | "bo" | "cy"
}

const voice = { ms: 2_000, peaks: [10, 100, 40, 0] }
const tone = Buffer.from(readFileSync(path.join(import.meta.dirname, "two-seconds.webm")))

const isFree = ({ assigneeId, isOpen }: ConversationRow) => assigneeId === null || !isOpen
const isPhone = (customer: string) => customer.startsWith("+")

/** Each from where he always writes. */
export async function writeAs({ company, name, smsId, write }: Twin, customer: string, text: string) {
  if (!isPhone(customer)) return write(customer, customer.startsWith("Lead") ? "site" : "sales site", text)
  const id = name(`message ${text}`)
  const [received] = await receive(company.sync, [
    {
      ...{ workspaceId: company.workspaceId, sourceId: smsId, channel: "sms", teamId: company.everyoneId },
      ...{ addressValue: customer, addressDisplay: customer, profile: {} },
      message: { id, providerId: `of ${text}`, text, claimedAt: null, files: [] },
    },
  ])
  const written = {
    ...{ name: customer, key: "", lastEntryId: id },
    conversationId: received?.conversationId ?? "",
  }
  company.customers.set(customer, written)
  return written
}

/** His conversation, his address and he himself get their words. */
export async function meetBoth(twin: Twin, { one, other }: Pair): Promise<void> {
  for (const customer of [one, other]) {
    const { conversationId } = await writeAs(twin, customer, `Hello from ${customer}`)
    const row = await twin.company.see(twin.ada, customer)
    twin.name(`conversation of ${customer}`, conversationId)
    twin.name(`address of ${customer}`, row.lastAddressId ?? "")
    twin.name(customer, row.customer.id)
    const note = { id: twin.name(`note on ${customer}`), text: `About ${customer}` }
    await succeed(twin.company.act(twin.ada, customer, "notes", note))
  }
}

/** Bo merges. The one's conversation goes on. Answers how it is undone. */
export async function mergeIn({ company, bo }: Twin, { one, other }: Pair): Promise<() => Promise<unknown>> {
  const his = company.customers.get(other)
  if (his === undefined) throw new Error(`Nobody is called ${other}.`)
  const { body } = await succeed(company.act(bo, one, "merges", { otherId: his.conversationId }))
  return async () => {
    await succeed(company.act(bo, one, `merges/${String(body.mergeId)}/undo`))
    company.customers.set(other, his)
  }
}

/** What an agent has begun to write, for his other devices. */
async function drafts(
  { company, name, idOf, ...agents }: Twin,
  o: { who: Act["who"]; said: string; at: string; noteOf?: string },
): Promise<unknown> {
  const { agentId } = agents[o.who]
  const thread = o.noteOf === undefined ? null : idOf(`note on ${o.noteOf}`)
  const { rows } = await sql<{ writeId: string }>`
    select write_id as "writeId" from drafts
     where workspace_id = ${company.workspaceId} and agent_id = ${agentId}
       and conversation_id = ${company.customers.get(o.at)?.conversationId}
       and thread is not distinct from ${thread}::uuid`.execute(company.database.db)
  const body = { id: name(`draft ${o.said}`), text: o.said, isNote: thread !== null }
  const basedOn = rows[0]?.writeId ?? null
  const inThread = thread === null ? {} : { thread }
  return succeed(company.act(agents[o.who], o.at, "draft", { ...body, basedOn, ...inThread }))
}

/** Something on which nobody can be of two minds: an address says whose it is, or it is done to the one. */
export function anyAct(random: Random, { one, other }: Pair, said: string): Act {
  const who = random.pick(["ada", "bo", "cy"] as const)
  const whom = random.pick(["ada", "bo", "cy"] as const)
  const customer = random.pick([one, other])
  const label = random.pick(["Invoice", "Praise"])
  const toOne =
    (what: string, bodyOf: (twin: Twin, row: ConversationRow) => object | Promise<object>): Act["run"] =>
    async ({ twin }) => {
      const row = await twin.company.see(twin.ada, one)
      return twin.company.act(twin[who], one, what, await bodyOf(twin, row))
    }
  const uploaded = async (twin: Twin, more: object = {}) => {
    const id = twin.name(`file ${said}`)
    await agentUploads(twin.company.url, twin[who]).whole({ id, bytes: Buffer.from(said), ...more })
    return { fileIds: [id] }
  }
  const isBlocked = ({ customer: { isBlocked } }: ConversationRow) => isBlocked
  type Doing = Omit<Act, "customer" | "who">
  const answers = (how: "" | "and may take it back" | "with a file"): Doing => ({
    says: `${who} answers ${customer} ${how}`,
    async run({ twin, isMerged }) {
      const { company } = twin
      const row = await company.see(twin.ada, isMerged ? one : customer)
      const { assigneeId, isOpen, lastAnswer } = row
      const body = {
        ...{ id: twin.name(`message ${said}`), text: said, addressId: twin.idOf(`address of ${customer}`) },
        isUndoable: how === "and may take it back",
        expects: { assigneeId, isOpen, lastAnswerId: lastAnswer?.id ?? null },
        ...(how === "with a file" && (await uploaded(twin, { type: "audio/webm", bytes: tone, voice }))),
      }
      return succeed(company.act(twin[who], isMerged ? one : customer, "answers", body))
    },
    // By SMS a file goes as a link, and there is no address yet that one could lead to.
    // Such an answer is a message of when it is sent, and nobody knows when it would have taken the conversation.
    isLost: (row, _, own) => how === "and may take it back" && isFree(row) !== isFree(own),
    isRefused: (row) => isBlocked(row) || (how === "with a file" && isPhone(customer)),
  })
  const writes: Doing = {
    says: `${customer} writes`,
    run: ({ twin }) => writeAs(twin, customer, said),
    isRefused: isBlocked,
  }
  const labels: Doing = {
    says: `${who} labels what ${customer} said first`,
    async run({ twin, isMerged }) {
      const entryId = twin.idOf(`message Hello from ${customer}`)
      const what = `entries/${entryId}/labels/${twin.idOf(`label ${label}`)}`
      const isOn = said.length % 2 === 0
      await succeed(twin.company.act(twin[who], isMerged ? one : customer, what, { isOn }))
    },
  }
  const doing = random.pick<Doing>([
    writes,
    writes,
    writes,
    answers(""),
    answers(""),
    answers("and may take it back"),
    answers("with a file"),
    labels,
    {
      says: `${who} assigns to ${whom}`,
      run: toOne("assign", (twin, { assigneeId }) => ({
        to: { kind: "agent", agentId: twin[whom].agentId },
        expects: { assigneeId },
      })),
      isLost: ({ assigneeId, offer }, merged) => assigneeId === merged[whom].agentId && offer === null,
    },
    {
      says: `${who} releases`,
      run: toOne("assign", (_, { assigneeId }) => ({ to: { kind: "nobody" }, expects: { assigneeId } })),
      isLost: ({ assigneeId }) => assigneeId === null,
    },
    {
      says: `${who} gives it to Everyone`,
      run: toOne("assign", ({ company }, { assigneeId }) => ({
        to: { kind: "team", teamId: company.everyoneId },
        expects: { assigneeId },
      })),
    },
    {
      says: `${who} puts a photo on`,
      async run({ twin }) {
        const of = { conversationId: twin.company.customers.get(one)?.conversationId ?? "" }
        await succeed(putPhoto(twin.company.url, twin[who], await plainPicture("#345"), { of }))
        twin.name(`photo ${said}`, (await twin.company.see(twin.ada, one)).customer.photoId ?? "")
      },
    },
    {
      says: `${who} takes the photo off`,
      run: toOne("customer/photo", () => ({ photoId: null })),
    },
    { says: `${who} closes`, run: toOne("close", (_, row) => row) },
    { says: `${who} reopens`, run: toOne("reopen", () => ({})), isLost: ({ isOpen }) => isOpen },
    {
      says: `${who} snoozes`,
      run: toOne("snooze", (_, row) => ({ ...row, snooze: { until: null } })),
      isLost: ({ isOpen }) => !isOpen,
    },
    {
      says: `${who} snoozes for a minute`,
      run: toOne("snooze", ({ company }, row) => {
        const until = stamp(new Date(company.clock.now().getTime() + 60_000))
        return { ...row, snooze: { until } }
      }),
      isLost: ({ isOpen }) => !isOpen,
    },
    {
      says: `${who} writes a note to ${whom}`,
      run: toOne("notes", (twin) => ({
        id: twin.name(`message ${said}`),
        text: `@{agent:${twin[whom].agentId}} ${said}`,
      })),
    },
    {
      says: `${who} answers the note on ${customer}`,
      async run({ twin, isMerged }) {
        const thread = twin.idOf(`note on ${customer}`)
        const body = { id: twin.name(`message ${said}`), text: said, thread }
        await succeed(twin.company.act(twin[who], isMerged ? one : customer, "notes", body))
      },
    },
    {
      says: `${who} begins to answer the note on ${customer}`,
      run: ({ twin, isMerged }) =>
        drafts(twin, { who, said, at: isMerged ? one : customer, noteOf: customer }),
    },
    {
      says: `${who} begins an answer`,
      run: ({ twin }) => drafts(twin, { who, said, at: one }),
    },
    {
      says: `${who} writes a note with a file`,
      run: toOne("notes", async (twin) => ({
        ...{ id: twin.name(`message ${said}`), text: said },
        ...(await uploaded(twin)),
      })),
    },
    {
      says: `${who} blocks or unblocks him`,
      run: toOne("customer/block", () => ({ isBlocked: said.length % 2 === 0 })),
      isLost: (row) => isBlocked(row) === (said.length % 2 === 0),
    },
    { says: `${who} sets a field`, run: toOne("customer/fields", () => ({ name: "Plan", value: said })) },
    { says: `${who} names him`, run: toOne("customer", () => ({ name: said })) },
    {
      says: `${who} stars it`,
      run: toOne("star", () => ({ isStarred: true })),
      isLost: ({ own }) => own.isStarred,
    },
    { says: `${who} takes the star away`, run: toOne("star", () => ({ isStarred: false })) },
    {
      says: `${who} remarks`,
      run: ({ twin }) =>
        twin.company.act(twin[who], one, `customer/remarks/${twin.name(`remark ${said}`)}`, { text: said }),
    },
    {
      says: `${who} reads both`,
      async run({ twin, isMerged }) {
        for (const name of isMerged ? [one] : [one, other]) await twin.read(twin[who], name)
      },
    },
  ])
  return { ...doing, customer, who }
}
