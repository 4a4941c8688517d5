/** What is found: by words, names, numbers and what narrows them, of what one may see; and what lists are narrowed to. */
import { randomBytes } from "node:crypto"
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { inbox, log, row, rows } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
/** Admin. */
let ada: Page
/** In the team of the second website. */
let bo: Page
/** In Everyone alone. */
let cy: Page
const AFTER_SALES = "After sales"
let afterSales: string
let phones: string

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  const cys = await company.hire("Cy Marsh")
  const teamId = await company.makeTeam([bos], { name: AFTER_SALES, deliveryMode: "queue" })
  afterSales = await company.makeSource(teamId)
  const settings = {
    channel: "sms",
    number: "+46700000001",
    accountId: `AC${"0".repeat(32)}`,
    authToken: "a token of the account",
    apiBase: "http://127.0.0.1:9",
  }
  const { body } = await succeed(
    company.owner.send("POST", "/sources", { name: "Phones", teamId: company.everyoneId, settings }),
  )
  phones = String(body.id)
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  cy = await stage.openBrowserOf(cys)
  for (const page of [ada, bo, cy]) {
    await page.goto(`${stage.url}/inbox/me`)
    await inbox(page, "Me").waitFor()
  }
})
afterAll(() => stage?.close())

const box = (page: Page) => page.getByRole("searchbox", { name: "Search" })
const found = (page: Page, what: "Messages" | "Customers") =>
  page.getByRole("list", { name: what }).getByRole("listitem")

const search = (page: Page, q: string) => box(page).fill(q)
const findsNothing = (page: Page) =>
  page.getByText("Nothing that you may see has all of this in it.").waitFor()

/** Somebody writes of whom a name or a phone number is known. */
async function arrive(o: {
  name: string
  number?: string
  text: string
  hasPicture?: boolean
}): Promise<void> {
  const digits = (o.number ?? "").replaceAll(" ", "")
  const picture = { id: newId(), name: "a.png", type: "image/png", remote: "http://127.0.0.1:9/a.png" }
  await receive(company.sync, [
    {
      workspaceId: company.workspaceId,
      sourceId: digits === "" ? company.sourceId : phones,
      channel: digits === "" ? "web-chat" : "sms",
      teamId: company.everyoneId,
      addressValue: digits || randomBytes(8).toString("hex"),
      addressDisplay: o.number ?? "",
      profile: { name: o.name },
      message: {
        id: newId(),
        providerId: null,
        text: o.text,
        claimedAt: null,
        files: o.hasPicture ? [picture] : [],
      },
    },
  ])
}

test("what was just written is found by its words in any order, by their beginnings, and without accents", async () => {
  await company.write("Ines", { text: "Où est ma commande Zürich-4711 ?" })
  const message = found(ada, "Messages").filter({ hasText: "Où est ma commande Zürich-4711 ?" })
  for (const q of ["commande ma", "zur comm", "ou est", "4711", '"ma commande"']) {
    await search(ada, q)
    await message.waitFor()
    await search(ada, "qqqqq")
    await findsNothing(ada)
  }
  await search(ada, '"commande ma"')
  await findsNothing(ada)
  await search(ada, "commande zur")
  await message.getByRole("link").click()
  await log(ada).getByText("Où est ma commande Zürich-4711 ?").waitFor()
})

test("answers and notes are found, each with who wrote it, and a note says that it is one", async () => {
  await company.write("Nora", { text: "Where is it?" })
  await succeed(company.answer(bos, "Nora", undefined, "The brontosaurus left the warehouse."))
  await succeed(company.act(bos, "Nora", "notes", { text: "Mind the brontosaurus." }))
  await search(ada, "brontosaurus")
  const answer = found(ada, "Messages").filter({ hasText: "left the warehouse" })
  const note = found(ada, "Messages").filter({ hasText: "Mind the" })
  await answer.getByText("Bo Lindqvist: ").waitFor()
  await note.getByText("Internal note").waitFor()
  expect(await answer.getByText("Internal note").count()).toBe(0)
  await search(bo, "brontosaurus")
  await found(bo, "Messages").filter({ hasText: "Mind the" }).getByText("You: ").waitFor()
  await note.getByRole("link").click()
  await log(ada).getByText("Mind the brontosaurus.").waitFor()
})

test("customers are found by a misspelled name and by a part of their phone number", async () => {
  await arrive({ name: "Quirina Vandermeer", number: "+33 6 12 34 56 78", text: "Good morning" })
  const customer = found(ada, "Customers").filter({ hasText: "Quirina Vandermeer" })
  for (const q of ["Quirnia", "wandermeer", "345678", "0612345678", "+33 6 12 34"]) {
    await search(ada, q)
    await customer.getByText("+33 6 12 34 56 78").waitFor()
    await search(ada, "0612345679")
    await customer.waitFor({ state: "detached" })
  }
  await search(ada, "Quirrina")
  await customer.getByRole("link").click()
  await ada.getByRole("region", { name: "Conversation with Quirina Vandermeer" }).waitFor()
  await log(ada).getByText("Good morning").waitFor()
})

test("what is found is narrowed by label, author, team, channel, state, file and day", async () => {
  await company.write("Ira", { at: afterSales, text: "triceratops at sea" })
  await company.write("Jo", { text: "triceratops on land" })
  await company.close(adas, "Jo")
  await company.write("Kim", { text: "triceratops of last year" })
  await sql`
    update entries set at = '2025-06-15T12:00:00Z' where text = 'triceratops of last year'`.execute(
    stage.database.db,
  )
  await arrive({ name: "Fridolin Frost", number: "+33 6 99 99 99 99", text: "triceratops by phone" })
  await arrive({ name: "Greta Hall", text: "triceratops in a picture", hasPicture: true })
  await company.write("Lea", { text: "Nothing of the kind" })
  await succeed(company.answer(bos, "Lea", undefined, "Your triceratops is coming"))
  const label = newId()
  await succeed(adas.send("POST", "/labels", { id: label, name: "Refund", color: "teal" }))
  const { lastEntryId } = company.customers.get("Ira") ?? {}
  await succeed(company.act(adas, "Ira", `entries/${lastEntryId}/labels/${label}`, { isOn: true }))

  const all = ["at sea", "on land", "of last year", "by phone", "in a picture", "is coming"]
  const shown = async () => {
    const texts = await found(ada, "Messages").allInnerTexts()
    return all.filter((words) => texts.some((text) => text.includes(`triceratops ${words}`)))
  }
  await search(ada, "triceratops")
  await expect.poll(shown).toEqual(all)
  for (const [narrowed, wanted] of [
    ["label:refund", ["at sea"]],
    ["from:lindqvist", ["is coming"]],
    ["from:fridolin", ["by phone"]],
    [`team:"${AFTER_SALES}"`, ["at sea"]],
    ["channel:sms", ["by phone"]],
    ["channel:chat", all.filter((words) => words !== "by phone")],
    ["is:closed", ["on land"]],
    ["is:open", all.filter((words) => words !== "on land")],
    ["has:file", ["in a picture"]],
    ["before:2026", ["of last year"]],
    ["before:2025-06-15", []],
    ["after:2025-06-15", all],
    ["after:2026", all.filter((words) => words !== "of last year")],
    ["is:open from:me", []],
  ] as const) {
    await search(ada, `triceratops ${narrowed}`)
    await expect.poll(shown, { message: narrowed }).toEqual(wanted)
  }
  await search(bo, "triceratops from:me")
  await found(bo, "Messages").filter({ hasText: "is coming" }).waitFor()
  expect(await found(bo, "Messages").count()).toBe(1)
})

test("what an agent may not see is not found by him, neither the words nor the customer", async () => {
  const { conversationId } = await company.write("Otto", {
    at: afterSales,
    text: "My pterodactyl is broken",
  })
  await succeed(adas.send("PATCH", `/conversations/${conversationId}/customer`, { name: "Ottokar Weiss" }))
  for (const [page, isSeen] of [
    [ada, true],
    [bo, true],
    [cy, false],
  ] as const) {
    for (const q of ["pterodactyl", "ottokar"]) {
      // So that nobody sees what was found before.
      await search(page, "brontosaurus")
      await found(page, "Messages").filter({ hasText: "Mind the" }).waitFor()
      await search(page, q)
      if (isSeen) await page.getByRole("main").getByText("Ottokar Weiss").first().waitFor()
      else await findsNothing(page)
    }
  }
  // Given to him, he finds it.
  const { agentId } = company.agents.find(({ name }) => name === "Cy Marsh") ?? adas
  await succeed(company.assign(adas, "Otto", { kind: "agent", agentId }))
  await search(cy, "pterodactyl")
  await found(cy, "Messages").filter({ hasText: "My pterodactyl is broken" }).waitFor()
})

test("a list shows closed ones instead, of one channel or of one team", async () => {
  await arrive({ name: "Paul Reed", number: "+33 6 11 11 11 11", text: "stegosaurus by phone" })
  await company.write("Rita", { text: "stegosaurus on the web" })
  await company.write("Sam", { at: afterSales, text: "stegosaurus after sales" })
  await ada.goto(`${stage.url}/inbox/all`)
  const first = ["stegosaurus by phone", "stegosaurus on the web", "stegosaurus after sales"]
  for (const text of first) {
    await people.openConversation(ada, text)
    await people.conversation(ada).getByRole("button", { name: "Close", exact: true }).click()
    await row(ada, text).waitFor({ state: "detached" })
  }
  const shown = async () => {
    const texts = (await rows(ada).allInnerTexts()).join("\n")
    return first.filter((text) => texts.includes(text))
  }
  await people.openInbox(ada, "All")
  await choose("Closed")
  await expect.poll(shown).toEqual(first)
  expect(await row(ada, "Good morning").count()).toBe(0)
  await choose("SMS")
  await expect.poll(shown).toEqual(["stegosaurus by phone"])
  await choose("SMS")
  await choose("Web chat")
  await expect.poll(shown).toEqual(["stegosaurus on the web", "stegosaurus after sales"])
  await choose(AFTER_SALES)
  await expect.poll(shown).toEqual(["stegosaurus after sales"])
  await choose("SMS")
  await choose("Web chat")
  await ada.getByText("Nothing here matches the filter.").waitFor()
  await ada.getByRole("button", { name: "Clear filter" }).click()
  await expect.poll(shown).toEqual(first)
  await choose("Clear filter")
  await row(ada, "Good morning").waitFor()
  await expect.poll(shown).toEqual([])
})

/** In the filter's menu. */
async function choose(choice: string): Promise<void> {
  await ada.getByRole("button", { name: "Filter", exact: true }).click()
  const menu = ada.getByRole("menu")
  await menu.getByText(choice, { exact: true }).click()
  await ada.keyboard.press("Escape")
  await menu.waitFor({ state: "detached" })
}
