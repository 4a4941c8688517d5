/** What somebody wrote, picked or asked for when something came in between: it is there, and where he meant it. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { sql } from "kysely"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { conversation, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let bos: Colleague
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage({ signup: "open" })
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  ada = await stage.openBrowserOf(adas)
  bo = await stage.openBrowserOf(bos)
  for (const page of [ada, bo]) await page.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
})
afterAll(() => stage?.close())

const note = (page: Page) => page.getByRole("textbox", { name: "Internal note" })

test("a note that is too long once its mentions are written out is not sent, and says by how much", async () => {
  await company.write("Vera", { text: "Vera asks about valves" })
  await people.openConversation(ada, "valves")
  await conversation(ada).getByRole("switch", { name: "Internal note" }).click()
  const text = "@Bo Lindqvist look: ".padEnd(9_990, "x")
  await note(ada).fill(text)
  await conversation(ada)
    .getByText(/characters too many/)
    .waitFor()
  expect(await conversation(ada).getByRole("button", { name: "Send", exact: true }).isEnabled()).toBe(false)
  await note(ada).fill(text.slice(0, 9_900))
  await conversation(ada).getByRole("button", { name: "Send", exact: true }).click()
  await log(ada).getByText("look: xxx").waitFor()
  await expect.poll(() => note(ada).inputValue()).toBe("")
})

test("a link to a message that is no part of the conversation shows the conversation, and takes it from no list", async () => {
  const { conversationId } = await company.write("Yan", { text: "Yan asks about yarn" })
  const other = await company.write("Zoe", { text: "Zoe asks about zips" })
  await bo.goto(`${stage.url}/conversations/${conversationId}?entry=${other.lastEntryId}`)
  await log(bo).getByText("Yan asks about yarn").waitFor()
  await bo.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
  await row(bo, "yarn").waitFor()
})

test("whoever answers while he reads an old message that a link led to sees his answer", async () => {
  await company.write("Noa", { text: "Noa begins" })
  for (let n = 0; n < 130; n += 1) await succeed(company.act(adas, "Noa", "notes", { text: `Note ${n}` }))
  const old = (await company.timeline(adas, "Noa"))[2]
  const { id } = await company.see(adas, "Noa")
  await ada.goto(`${stage.url}/conversations/${id}?entry=${old?.id}`)
  await log(ada).getByText("Noa begins").waitFor()
  await people.answer(ada, "Here is my answer")
})

test("a page of messages that did not come is there when it is asked for again", async () => {
  const { conversationId } = await company.write("Ove", { text: "Ove asks about ovens" })
  const page = await stage.openBrowserOf(bos)
  let fails = true
  await page.route(new RegExp(`/conversations/${conversationId}/entries`), (route) =>
    fails ? route.fulfill({ status: 502, body: "Bad gateway" }) : route.continue(),
  )
  await page.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
  await row(page, "ovens").getByRole("link").click()
  const again = page.getByRole("button", { name: "Try again" })
  await again.waitFor()
  fails = false
  await again.click()
  await log(page).getByText("Ove asks about ovens").waitFor()
  await page.context().close()
})

test("a remark that is refused is in its field again", async () => {
  const sales = await company.makeTeam([adas, bos], { deliveryMode: "queue" })
  const elsewhere = await company.makeTeam([adas], { deliveryMode: "queue" })
  await company.write("Rita", { at: await company.makeSource(sales), text: "Rita asks about ropes" })
  await bo.goto(`${stage.url}/inbox/team:${sales}`)
  await people.openConversation(bo, "ropes")
  const panel = bo.getByRole("complementary", { name: "Customer" })
  await panel.getByRole("button", { name: "Add a remark" }).click()
  await panel.getByRole("textbox", { name: "Remark" }).fill("Ten minutes of thought")
  const held = Promise.withResolvers<void>()
  await bo.route(/\/remarks\//, async (route) => {
    await held.promise
    await route.continue()
  })
  await panel.getByRole("button", { name: "Save" }).click()
  await succeed(company.assign(adas, "Rita", { kind: "team", teamId: elsewhere }))
  await bo.getByText("There is nothing here that you may see.").waitFor()
  held.resolve()
  await bo.unrouteAll({ behavior: "wait" })
  await succeed(company.assign(adas, "Rita", { kind: "agent", agentId: bos.agentId }))
  await expect
    .poll(() => panel.getByRole("textbox", { name: "Remark" }).inputValue())
    .toBe("Ten minutes of thought")
})

test("what is refused of several late does not take the place of what was picked since", async () => {
  for (const name of ["Kai", "Kim", "Kit"]) await company.write(name, { text: `${name} asks for help` })
  await ada.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
  const pick = (name: string) => row(ada, `${name} asks`).getByRole("checkbox").click({ force: true })
  await row(ada, "Kit asks").waitFor()
  const held = Promise.withResolvers<void>()
  await ada.route(/\/assign$/, async (route) => {
    await held.promise
    await route.continue()
  })
  await pick("Kai")
  await pick("Kim")
  await ada.getByRole("toolbar").getByRole("button", { name: "Assign" }).click()
  await ada
    .getByRole("menuitem", { name: /^Bo Lindqvist/ })
    .first()
    .click()
  const cy = await company.hire("Cy")
  await succeed(company.assign(bos, "Kai", { kind: "agent", agentId: cy.agentId }))
  await pick("Kit")
  held.resolve()
  await ada.getByText(/^1 of 2/).waitFor()
  await ada.unrouteAll({ behavior: "wait" })
  await ada.getByRole("toolbar").getByText("1 selected").waitFor()
  expect(await row(ada, "Kit asks").getAttribute("data-selected")).toBe("true")
})

test("whoever signs out before everything has gone out is told so first", async () => {
  await company.write("Tom", { text: "Tom asks about tea" })
  const page = await stage.openBrowserOf(bos)
  await page.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
  await people.openConversation(page, "Tom asks")
  await page.route(/\/answers$/, (route) => route.abort())
  await people.answer(page, "An answer that waits")
  await page.getByRole("button", { name: "Bo Lindqvist" }).click()
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  await page.getByText("1 thing has not reached the server yet. Signing out deletes it.").waitFor()
  await page.unroute(/\/answers$/)
  await expect
    .poll(
      async () => {
        const { rows } = await sql`select 1 from entries where text = 'An answer that waits'`.execute(
          stage.database.db,
        )
        return rows.length
      },
      { timeout: 20_000 },
    )
    .toBe(1)
  await page.getByRole("button", { name: "Bo Lindqvist" }).click()
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  await page.getByRole("button", { name: "Sign in" }).waitFor()
  await page.context().close()
})

test("in another workspace the page of customers begins with none of the first one's", async () => {
  const fjell = await stage.fill()
  await succeed(fjell.owner.send("PATCH", "/workspace", { name: "Fjell Tents" }))
  const { body } = await succeed(fjell.owner.send("POST", "/invitations", { role: "agent" }))
  const page = await stage.openBrowserOf(adas)
  await page.goto(String(body["link"]))
  await page.getByRole("button", { name: "Join" }).click()
  const choose = async (name: string) => {
    await page.getByRole("button", { name: "Ada Okafor" }).click()
    await page.getByRole("menuitemradio", { name }).click()
  }
  await page.goto(`${stage.url}/customers?workspace=${company.workspaceId}`)
  const customers = page.getByRole("list", { name: "Customers" }).getByRole("listitem")
  await customers.first().waitFor()
  await page.waitForLoadState("networkidle")
  await page.route(/\/api\/v1\/customers\?/, (route) => route.abort())
  await choose("Fjell Tents")
  await expect.poll(() => customers.count()).toBe(0)
  await page.context().close()
})
