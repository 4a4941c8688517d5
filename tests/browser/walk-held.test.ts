/** The held send: what a colleague wrote unseen is told before an answer goes, also if the customer wrote since. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, conversation, log } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let bos: Colleague
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  const adas = await company.hire("Ada Okafor", { role: "admin" })
  bos = await company.hire("Bo Lindqvist")
  await company.write("Vera", { text: "Vera asks for the price" })
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  await ada.goto(`${stage.url}/inbox/me`)
  await people.openConversation(ada, "the price")
})
afterAll(() => stage?.close())

const held = (page: Page) => conversation(page).getByText("Bo Lindqvist wrote a note meanwhile: send anyway?")

test("a note that came while typing holds the answer once, though the customer wrote after it", async () => {
  await succeed(company.act(bos, "Vera", "notes", { text: "An old note" }))
  await log(ada).getByText("An old note").waitFor()
  await answerField(ada).pressSequentially("It costs 10")
  await succeed(company.act(bos, "Vera", "notes", { text: "No: it costs 20 now" }))
  await log(ada).getByText("No: it costs 20 now").waitFor()
  await company.write("Vera", { text: "Hello?" })
  await log(ada).getByText("Hello?").waitFor()
  await answerField(ada).press("Enter")
  await held(ada).waitFor()
  await answerField(ada).fill("It costs 20")
  await answerField(ada).press("Enter")
  await log(ada).getByText("It costs 20", { exact: true }).waitFor()
  // It was told once.
  await held(ada).waitFor({ state: "detached" })
  await people.answer(ada, "Anything else?")
})
