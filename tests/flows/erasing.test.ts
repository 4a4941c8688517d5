import { mkdtemp, readdir, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { enqueue } from "../../server/jobs/jobs.ts"
import { createWordFeeder } from "../../server/search/search.ts"
import { createFileStore, uploads } from "../../server/files/files.ts"
import { feedWebhooks } from "../../server/webhooks/webhooks.ts"
import { newId } from "../../server/db/db.ts"
import { page } from "../../protocol/stream.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { agentUploads, plainPicture, putPhoto } from "./uploading.ts"
import { createVisitor } from "./visitor-client.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague
let dataFolder: string

beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(os.tmpdir(), "parley-erasing-"))
  parley = await openParley({ dataFolder, webhooksInside: true })
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
})
afterAll(async () => {
  await parley.stop()
  await rm(dataFolder, { recursive: true })
})

/** Said in everything that is written about somebody, so that it must be nowhere afterwards. */
const WORD = "zirkonium"
const of = (name: string) => company.customers.get(name)?.conversationId ?? ""

/** Tables in which the text stands, but for what is no word of anybody's. */
async function tablesWith(text: string): Promise<string[]> {
  const { db } = company.database
  const { rows: tables } = await sql<{ name: string }>`
    select distinct table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'workspace_id' order by 1`.execute(db)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql`
      select 1 from ${sql.table(name)} t
       where workspace_id = ${company.workspaceId} and t::text like ${`%${text}%`} limit 1`.execute(db)
    if (rows.length > 0) found.push(name)
  }
  return found
}

/** What lies in the folder of files. */
async function objects(): Promise<string[]> {
  const all = await readdir(path.join(dataFolder, "files"), { recursive: true, withFileTypes: true })
  return all.filter((one) => one.isFile()).map(({ name }) => name)
}

async function feed(): Promise<void> {
  await createWordFeeder(parley.sync).feed()
  await feedWebhooks(parley.sync)
}

async function write(name: string): Promise<void> {
  await company.write(name, { text: `${name} says ${WORD}` })
  await succeed(company.act(ada, name, "customer", { name: `${name} ${WORD}` }))
  await succeed(company.act(ada, name, "customer/fields", { name: "Plan", value: WORD }))
  await succeed(company.act(bo, name, `customer/remarks/${newId()}`, { text: WORD }))
  await succeed(putPhoto(parley.url, ada, await plainPicture("#345"), { of: { conversationId: of(name) } }))
}

async function fill(): Promise<{ fileId: string }> {
  const { body: label } = await succeed(
    company.owner.send("POST", "/labels", { name: "Invoice", color: "blue" }),
  )
  await succeed(
    company.owner.send("POST", "/webhooks", { url: "http://127.0.0.1:9/", events: ["answer.sent"] }),
  )
  await write("Vera")
  await write("Vera at work")
  await succeed(company.act(ada, "Vera", "merges", { otherId: of("Vera at work") }))
  await succeed(company.answer(bo, "Vera", undefined, `An answer with ${WORD}`))
  const bytes = await plainPicture("#fff")
  const fileId = await agentUploads(parley.url, bo).whole({ name: `${WORD}.png`, type: "image/png", bytes })
  const text = `@{agent:${ada.agentId}} ${WORD}`
  await succeed(company.act(bo, "Vera", "notes", { text, fileIds: [fileId] }))
  await succeed(company.act(bo, "Vera", "draft", { text: WORD, isNote: false, basedOn: null }))
  const { lastCustomerEntryId } = await company.see(bo, "Vera")
  const labelling = `entries/${lastCustomerEntryId}/labels/${String(label.id)}`
  await succeed(company.act(bo, "Vera", labelling, { isOn: true }))
  const held = newId()
  const row = await company.see(bo, "Vera")
  const { assigneeId, isOpen, lastAnswer, lastAddressId } = row
  const expects = { assigneeId, isOpen, lastAnswerId: lastAnswer?.id ?? null }
  const answer = { id: held, text: `Unsaid ${WORD}`, addressId: lastAddressId, expects, isUndoable: true }
  await succeed(company.act(bo, "Vera", "answers", answer))
  await succeed(company.act(bo, "Vera", `entries/${held}/unsend`))
  const { lastEntryId } = company.customers.get("Vera") ?? {}
  const { db } = company.database
  await sql`
    with page as (
      insert into previews (workspace_id, id, address, title, fetched_at)
      values (${company.workspaceId}, gen_random_uuid(), ${`https://shop.example/${WORD}`}, 'A page', '2026-01-01') returning id)
    insert into entry_previews (workspace_id, entry_id, preview_id)
    select ${company.workspaceId}, ${lastEntryId}::uuid, id from page`.execute(db)
  // A mail about him that did not go out.
  const mail = { to: "bo@acme.example", subject: "Vera", text: `${WORD} /conversations/${of("Vera")}` }
  await enqueue(db, { name: "send-mail", workspaceId: company.workspaceId, payload: mail })
  await feed()
  return { fileId }
}

test("a customer who is erased is nowhere, with all that anybody wrote to and about him, and whom he was merged with", async () => {
  await company.write("Wim", { text: "Wim stays" })
  const { fileId } = await fill()
  const before = await tablesWith(WORD)
  for (const table of [
    "entries",
    "customers",
    "remarks",
    "drafts",
    "merges",
    "files",
    "commands",
    "entry_words",
  ])
    expect(before).toContain(table)
  for (const table of ["webhook_deliveries", "previews", "jobs"]) expect(before).toContain(table)
  expect(await objects()).not.toEqual([])
  const link = `/files/${fileId}`
  expect((await bo.get(link)).status).toBe(200)

  expect(await company.act(bo, "Vera", "customer/erase")).toMatchObject({ status: 403 })
  await succeed(company.act(ada, "Vera", "customer/erase"))
  expect((await bo.get(link)).status).toBe(404)
  await company.pass(1)
  await feed()
  const store = createFileStore({ dataFolder })
  await uploads.forgetUnsent({ db: parley.database.db, store }, company.clock.now())
  expect(await tablesWith(WORD)).toEqual([])
  expect(await objects()).toEqual([])
  // What is left says that something was, and not what.
  expect(await tablesWith(of("Vera"))).toEqual(["changes", "commands", "jobs"])

  expect(await company.act(ada, "Vera", "customer/erase")).toMatchObject({ status: 404 })
  expect((await company.see(ada, "Wim")).last?.text).toBe("Wim stays")
  expect((await succeed(ada.get("/customers"))).body).toMatchObject({ customers: [{ name: null }] })
})

test("whoever writes from an address that was erased is somebody new, and hears what he is answered", async () => {
  const yan = createVisitor(parley.url, company.sourceId)
  await yan.say("Yan asks about yarn")
  const line = await yan.connect()
  await line.next("welcome")
  const first = await find("yarn")
  await succeed(ada.send("POST", `/conversations/${first}/customer/erase`))
  await line.next("bye")
  await yan.say("Yan is back")
  const again = await find("is back")
  expect(again).not.toBe(first)
  const { body } = await succeed(ada.get(`/conversations/${again}/entries`))
  expect(JSON.stringify(body)).not.toContain("yarn")
})

async function find(text: string): Promise<string> {
  const { body } = await succeed(ada.get("/conversations?inbox=all"))
  const found = page
    .parse(body)
    .rows.find((row) => row.kind === "conversation" && row.last?.text.includes(text))
  if (found === undefined) throw new Error(`Nobody says ${text}.`)
  return found.id
}
