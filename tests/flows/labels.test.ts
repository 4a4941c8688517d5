import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { MOST_LABELS } from "../../protocol/labels.ts"
import type { EntryRow, LabelRow } from "../../protocol/rows.ts"
import { newId } from "../../server/db/db.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let bosDesk: StreamClient

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
  bosDesk = await connectStream(
    { url: company.url, cookie: bo.cookie(), workspaceId: company.workspaceId },
    new StreamClient(),
  )
})
afterAll(async () => {
  bosDesk.close()
  await stop()
})

async function make(name: string, by: Colleague = bo): Promise<string> {
  const id = newId()
  await succeed(by.send("POST", "/labels", { id, name, color: "blue" }))
  return id
}

function put(customer: string, entryId: string, labelId: string, body: object = { isOn: true }, by = bo) {
  return company.act(by, customer, `entries/${entryId}/labels/${labelId}`, body)
}

async function write(customer: string): Promise<string> {
  return (await company.write(customer)).lastEntryId
}

async function labelsOn(customer: string, entryId: string): Promise<string[]> {
  const entry = (await company.timeline(ada, customer)).find((row): row is EntryRow => row.id === entryId)
  return entry?.body.type === "message" ? entry.body.labelIds : []
}

async function listed(by: Colleague = ada): Promise<{ id: string; name: string; count: number | null }[]> {
  const { body } = await by.get("/labels")
  return Array.isArray(body.labels) ? body.labels : []
}

describe("a label", () => {
  test("stands on the message, on the row, and on a colleague's screen; the customer's update it is not", async () => {
    const entryId = await write("Ines")
    const before = await company.see(ada, "Ines")
    const labelId = await make("invoice")
    await succeed(put("Ines", entryId, labelId))
    const after = await company.see(ada, "Ines")
    expect(after).toEqual({ ...before, last: { ...before.last, labelIds: [labelId] } })
    await bosDesk.until(() => {
      const row = bosDesk.row("entry", entryId)
      return row?.kind === "entry" && row.body.type === "message" && row.body.labelIds.includes(labelId)
    }, "the label")
  })

  test("is made on the fly, by two at the same moment once", async () => {
    const [one, other] = [await write("Jo"), await write("Kim")]
    const making = { isOn: true, make: { name: "Rückgabe", color: "pink" } }
    await Promise.all([
      succeed(put("Jo", one, newId(), making)),
      succeed(put("Kim", other, newId(), { ...making, make: { ...making.make, name: "rückgabe" } }, ada)),
    ])
    const made = (await listed()).filter(({ name }) => name.toLowerCase() === "rückgabe")
    expect(made).toMatchObject([{ count: 2 }])
    expect(await labelsOn("Jo", one)).toEqual(await labelsOn("Kim", other))
  })

  test("is put on once however often that is said, and comes off again", async () => {
    const entryId = await write("Lea")
    const labelId = await make("twice")
    const id = newId()
    await succeed(put("Lea", entryId, labelId, { id, isOn: true }))
    await succeed(put("Lea", entryId, labelId, { id, isOn: true }))
    await succeed(put("Lea", entryId, labelId))
    expect(await labelsOn("Lea", entryId)).toEqual([labelId])
    await succeed(put("Lea", entryId, labelId, { isOn: false }))
    await succeed(put("Lea", entryId, labelId, { isOn: false }))
    expect(await labelsOn("Lea", entryId)).toEqual([])
  })

  test("goes on messages only, and on one message not without end", async () => {
    const entryId = await write("Mo")
    const noteId = newId()
    await succeed(company.act(bo, "Mo", "notes", { id: noteId, text: "a note" }))
    const labelId = await make("anything")
    expect(await put("Mo", noteId, labelId)).toMatchObject({ status: 404 })
    for (let count = 0; count < MOST_LABELS; count += 1)
      await succeed(
        put("Mo", entryId, newId(), { isOn: true, make: { name: `word ${count}`, color: "grey" } }),
      )
    expect(await put("Mo", entryId, labelId)).toMatchObject({
      status: 409,
      body: { refusal: "too-many-labels", details: { most: MOST_LABELS } },
    })
    expect(await labelsOn("Mo", entryId)).toHaveLength(MOST_LABELS)
  })
})

describe("names", () => {
  test("are taken once, in whatever letters, and free again after a deletion", async () => {
    const id = await make("Urgent")
    const again = () => bo.send("POST", "/labels", { id: newId(), name: "URGENT", color: "red" })
    expect(await again()).toMatchObject({ status: 409, body: { refusal: "label-exists" } })
    const other = await make("calm")
    expect(await ada.send("PATCH", `/labels/${other}`, { id: newId(), name: "urgent" })).toMatchObject({
      status: 409,
      body: { refusal: "label-exists" },
    })
    await succeed(ada.send("DELETE", `/labels/${id}`, { id: newId() }))
    await succeed(again())
    expect(await ada.send("POST", `/labels/${id}/restore`, { id: newId() })).toMatchObject({
      status: 409,
      body: { refusal: "label-exists" },
    })
  })

  test("are an admin's to change", async () => {
    const id = await make("plain")
    for (const [method, path, body] of [
      ["PATCH", `/labels/${id}`, { name: "fancy" }],
      ["PUT", `/labels/${id}/merged`, { into: null }],
      ["DELETE", `/labels/${id}`, {}],
      ["POST", `/labels/${id}/restore`, {}],
    ] as const)
      expect(await bo.send(method, path, { id: newId(), ...body })).toMatchObject({ status: 403 })
    expect((await listed(bo)).every(({ count }) => count === null)).toBe(true)
  })
})

describe("a merge", () => {
  test("shows the one as the other, counts together, and is undone as if it had never been", async () => {
    const entries = [await write("Nan"), await write("Oz"), await write("Pia")]
    const [a, b, c] = [await make("delay"), await make("delays"), await make("late parcel")]
    const [nan = "", oz = "", pia = ""] = entries
    await succeed(put("Nan", nan, a))
    await succeed(put("Oz", oz, b))
    await succeed(put("Pia", pia, a))
    await succeed(put("Pia", pia, b))
    const before = await everythingCarried()
    await succeed(ada.send("PUT", `/labels/${a}/merged`, { id: newId(), into: b }))
    await succeed(ada.send("PUT", `/labels/${b}/merged`, { id: newId(), into: c }))
    expect((await listed()).filter(({ id }) => [a, b, c].includes(id))).toMatchObject([{ id: c, count: 3 }])
    await bosDesk.until(() => {
      const row = bosDesk.row("label", b)
      return row?.kind === "label" && row.mergedInto === c
    }, "the merge")
    await succeed(ada.send("PUT", `/labels/${b}/merged`, { id: newId(), into: null }))
    await succeed(ada.send("PUT", `/labels/${a}/merged`, { id: newId(), into: null }))
    expect(await everythingCarried()).toEqual(before)
    expect((await listed()).filter(({ id }) => [a, b, c].includes(id)).map(({ count }) => count)).toEqual([
      2, 2, 0,
    ])
  })

  test("never becomes a circle, also not by two at the same moment", async () => {
    const [a, b] = [await make("hen"), await make("egg")]
    expect(await ada.send("PUT", `/labels/${a}/merged`, { id: newId(), into: a })).toMatchObject({
      status: 400,
    })
    const both = await Promise.all([
      ada.send("PUT", `/labels/${a}/merged`, { id: newId(), into: b }),
      ada.send("PUT", `/labels/${b}/merged`, { id: newId(), into: a }),
    ])
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 400])
    expect((await listed()).filter(({ id }) => id === a || id === b)).toHaveLength(1)
  })

  test("takes what an agent still chose by its old name off, too", async () => {
    const entryId = await write("Quinn")
    const [a, b] = [await make("colour"), await make("color")]
    await succeed(put("Quinn", entryId, a))
    await succeed(ada.send("PUT", `/labels/${a}/merged`, { id: newId(), into: b }))
    await succeed(put("Quinn", entryId, b))
    expect(await labelsOn("Quinn", entryId)).toEqual([a])
    await succeed(put("Quinn", entryId, b, { isOn: false }))
    expect(await labelsOn("Quinn", entryId)).toEqual([])
  })
})

test("a deletion is undone with everything that carried it; meanwhile nothing new carries it", async () => {
  const [one, other] = [await write("Rae"), await write("Sam")]
  const labelId = await make("gone")
  await succeed(put("Rae", one, labelId))
  await succeed(ada.send("DELETE", `/labels/${labelId}`, { id: newId() }))
  await bosDesk.until(() => bosDesk.row("label", labelId) === undefined, "the deletion")
  expect(await put("Sam", other, labelId)).toMatchObject({ status: 404, body: { refusal: "label-gone" } })
  await succeed(ada.send("POST", `/labels/${labelId}/restore`, { id: newId() }))
  await bosDesk.until(() => {
    const row: LabelRow | undefined = labelRow(labelId)
    return row?.name === "gone"
  }, "its return")
  expect(await labelsOn("Rae", one)).toEqual([labelId])
})

function labelRow(id: string): LabelRow | undefined {
  const row = bosDesk.row("label", id)
  return row?.kind === "label" ? row : undefined
}

async function everythingCarried(): Promise<unknown[]> {
  const { rows } = await sql`
    select entry_id, label_id, agent_id, at from entry_labels
     where workspace_id = ${company.workspaceId} order by entry_id, label_id`.execute(company.database.db)
  return rows
}
