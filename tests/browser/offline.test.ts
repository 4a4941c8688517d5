/**
 * Agents without a network, and with a server that is gone: what stands on the disk is there, what is written is
 * sent once, and never past a colleague. The line is cut in a cable, since `setOffline` only stalls sockets.
 */
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, inbox, log, row } from "../harness/people.ts"
import { layCable, type Cable } from "./cable.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let cable: Cable
let colleagues: { ada: Colleague; bo: Colleague }
/** Ada reaches the server through the cable, Bo directly. */
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  cable = await layCable(stage.url)
  colleagues = { ada: await company.hire("Ada Okafor"), bo: await company.hire("Bo Lindqvist") }
})

afterAll(async () => {
  await stage?.close()
  await cable?.close()
})

beforeEach(async () => {
  cable.mend()
  ada = await stage.openBrowserOf(colleagues.ada, cable.url)
  bo = await stage.openBrowserOf(colleagues.bo)
})

afterEach(async () => {
  await ada.context().close()
  await bo.context().close()
})

test("an answer written offline into what a colleague has answered meanwhile is not sent, and stays a draft", async () => {
  await company.write("Wim", { text: "Is the Skog waterproof?" })
  await openDesk(ada)
  await openDesk(bo)
  await people.openConversation(ada, "Is the Skog waterproof?")
  await people.openConversation(bo, "Is the Skog waterproof?")
  cable.cut()
  await people.answer(ada, "It is, all of it.")
  await inbox(ada, "Me, 1").waitFor()
  await people.answer(bo, "Yes, since last year.")
  await inbox(bo, "Me, 1").waitFor()
  cable.mend()

  await conversation(ada)
    .getByText("Not sent. Bo Lindqvist took this conversation meanwhile. Send again if it still fits.")
    .waitFor({ timeout: 40_000 })
  await expect.poll(() => answerField(ada).inputValue()).toBe("It is, all of it.")
  await log(ada).getByText("Yes, since last year.").waitFor()
  expect(await log(ada).getByText("It is, all of it.").count()).toBe(0)
  expect(await written("It is, all of it.")).toBe(0)
  await conversation(ada).getByText("Assigned to Bo Lindqvist", { exact: true }).waitFor()
  await inbox(ada, "Me, 1").waitFor({ state: "detached" })

  // A reload loses neither the text nor why it was held.
  await ada.reload()
  await conversation(ada).getByText("Bo Lindqvist took this conversation meanwhile.").waitFor()
  expect(await answerField(ada).inputValue()).toBe("It is, all of it.")
  // One more click sends it, and leaves the conversation Bo's.
  await conversation(ada).getByRole("button", { name: "Send", exact: true }).click()
  await log(bo).getByText("It is, all of it.").waitFor()
  expect(await answerField(ada).inputValue()).toBe("")
  expect(await written("It is, all of it.")).toBe(1)
  await inbox(bo, "Me, 1").waitFor()
})

test("the same where it is one's own and a colleague stepped in, or closed it", async () => {
  await company.write("Xenia", { text: "Where is my parcel?" })
  await succeed(company.assign(colleagues.ada, "Xenia", { kind: "agent", agentId: colleagues.ada.agentId }))
  await openDesk(ada, "/inbox/me")
  await people.openConversation(ada, "Where is my parcel?")
  cable.cut()
  await people.answer(ada, "In Bergen.")
  await succeed(company.answer(colleagues.bo, "Xenia", undefined, "In Oslo, since noon."))
  cable.mend()
  await conversation(ada)
    .getByText("Not sent. Bo Lindqvist answered meanwhile. Send again if it still fits.")
    .waitFor({ timeout: 40_000 })
  expect(await answerField(ada).inputValue()).toBe("In Bergen.")
  await answerField(ada).fill("")

  await people.answer(ada, "Sorry for the wait.")
  // Of this very answer: until it is accepted it would come back with the next one.
  const sorry = log(ada).getByRole("article").filter({ hasText: "Sorry for the wait." })
  await sorry.getByText("· sent").waitFor()
  cable.cut()
  await people.answer(ada, "Did it arrive?")
  await company.close(colleagues.bo, "Xenia")
  cable.mend()
  await conversation(ada)
    .getByText("Not sent. This conversation was closed meanwhile. Send again if it still fits.")
    .waitFor({ timeout: 40_000 })
  expect(await answerField(ada).inputValue()).toBe("Did it arrive?")
  expect(await written("In Bergen.")).toBe(0)
  expect(await written("Did it arrive?")).toBe(0)
})

test("what two tabs did offline is done once and in order, though the first of them is gone", async () => {
  await company.write("Yara", { text: "Can I pay by invoice?" })
  await openDesk(ada)
  await people.openConversation(ada, "Can I pay by invoice?")
  const second = await anotherTab(ada)
  await openDesk(second)
  await people.openConversation(second, "Can I pay by invoice?")
  cable.cut()
  await people.answer(ada, "First: you can.")
  await log(second).getByText("First: you can.").waitFor()
  await people.answer(second, "Second: from 50 euros.")
  await conversation(second).getByRole("button", { name: "Star", exact: true }).click()
  await row(ada, "Second: from 50 euros.").waitFor({ state: "detached" })
  await ada.close()
  ada = second
  cable.mend()
  await expect.poll(() => written("Second: from 50 euros."), { timeout: 40_000 }).toBe(1)
  const texts = (await company.timeline(colleagues.bo, "Yara")).flatMap(({ body }) =>
    body.type === "message" ? [body.text] : [],
  )
  expect(texts).toEqual(["Can I pay by invoice?", "First: you can.", "Second: from 50 euros."])
  await inbox(ada, "Starred, 1").waitFor()
  await expect.poll(async () => (await company.see(colleagues.ada, "Yara")).own.isStarred).toBe(true)
})

test("a server that restarts is only a pause: drafts stay, and what a visitor wrote meanwhile comes", async () => {
  const visitor = await stage.openBrowser()
  await people.openShop(visitor, cable.url)
  await people.openChat(visitor)
  await people.say(visitor, "Are you there?")
  await openDesk(ada)
  await people.openConversation(ada, "Are you there?")
  await answerField(ada).pressSequentially("I am just")
  await stage.restart(async () => {
    await people.say(visitor, "Hello?")
    await people.say(visitor, "Anybody?")
  })
  await log(ada).getByText("Anybody?").waitFor({ timeout: 40_000 })
  const text = await log(ada).innerText()
  expect(text.indexOf("Hello?")).toBeLessThan(text.indexOf("Anybody?"))
  expect(await written("Hello?")).toBe(1)
  expect(await answerField(ada).inputValue()).toBe("I am just")
  await people.answer(ada, "I am just back.")
  await log(visitor).getByText("I am just back.").waitFor({ timeout: 40_000 })
  expect(await log(visitor).getByText("Hello?").count()).toBe(1)
  await visitor.context().close()
})

async function openDesk(page: Page, path = "/inbox/unassigned"): Promise<void> {
  await page.goto((page.context() === bo.context() ? stage.url : cable.url) + path)
  await inbox(page, "Me").waitFor()
}

/** In the same browser: the same disk, cookies and locks. */
async function anotherTab(page: Page): Promise<Page> {
  const tab = await page.context().newPage()
  tab.setDefaultTimeout(20_000)
  return tab
}

async function written(text: string): Promise<number> {
  const { rows } = await sql<{
    count: number
  }>`select count(*)::int as count from entries where text = ${text}`.execute(stage.database.db)
  return rows[0]?.count ?? 0
}
