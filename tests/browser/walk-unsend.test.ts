/** Undo send: turned on in Settings, taken back into the composer, or gone out although the window was closed. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { answerField, log, row } from "../harness/people.ts"
import { expectNothing } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let adas: Colleague
let ada: Page

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  adas = await company.hire("Ada Okafor", { role: "admin" })
  await company.write("Vera", { text: "Vera asks for the price" })
  await succeed(company.assign(adas, "Vera", { kind: "agent", agentId: adas.agentId }))
  ada = await stage.openBrowserOf(adas)
  await ada.goto(stage.url)
})
afterAll(() => stage?.close())

const deliveries = async () =>
  (await company.timeline(adas, "Vera")).flatMap(({ body }) =>
    body.type === "message" && body.delivery ? [`${body.text}: ${body.delivery.state}`] : [],
  )

test("an answer is taken back into the composer, before what was typed since", async () => {
  await people.openSettings(ada, "Profile")
  await ada.getByRole("switch", { name: "Undo send" }).click()
  await people.leaveSettings(ada)
  await people.openConversation(ada, "the price")
  await people.answer(ada, "It costs 10")
  const undo = log(ada).getByRole("button", { name: "Undo" })
  await undo.waitFor()
  await expectNothing(ada, { held: async () => undefined })
  await answerField(ada).fill("or 20")
  await undo.click()
  await expect.poll(() => answerField(ada).inputValue()).toBe("It costs 10\n\nor 20")
  await log(ada).getByText("It costs 10").waitFor({ state: "detached" })
  expect(await deliveries()).toEqual([])
  await row(ada, "the price").waitFor()
})

test("one that is not taken back goes out, though the window is closed in these seconds", async () => {
  await answerField(ada).fill("It costs 15")
  await answerField(ada).press("Enter")
  await log(ada).getByRole("button", { name: "Undo" }).waitFor()
  expect(await deliveries()).toEqual(["It costs 15: held"])
  await ada.close()
  await expect.poll(deliveries, { timeout: 15_000 }).toEqual(["It costs 15: sent"])
})
