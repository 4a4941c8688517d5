/** What Settings offers to other programs: keys of the API, what can be asked with them, and webhooks. */
import { once } from "node:events"
import { createServer } from "node:http"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import { createProgram } from "../flows/person.ts"
import * as people from "../harness/people.ts"
import { expectNothing, PHONE, SCHEMES } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page

beforeAll(async () => {
  stage = await openStage({ webhooksInside: true })
  company = await stage.fill()
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor", { role: "admin" }))
  await ada.goto(`${stage.url}/inbox/me`)
})
afterAll(() => stage?.close())

const line = (name: string | RegExp) => ada.getByRole("listitem").filter({ hasText: name })

test("a key is made, shown once, used by a program and revoked", async () => {
  await people.openSettings(ada, "API keys")
  await ada.getByRole("button", { name: "New key" }).click()
  const dialog = ada.getByRole("dialog", { name: "New key" })
  await dialog.getByRole("textbox", { name: "Name" }).fill("Reports")
  await dialog.getByRole("button", { name: "Make key" }).click()
  const field = dialog.getByRole("textbox", { name: "Key" })
  await field.waitFor()
  const key = await field.inputValue()
  const program = createProgram(stage.url, key)
  expect((await program.get("/me")).body).toMatchObject({ name: "Ada Okafor" })
  await dialog.getByRole("button", { name: "Done" }).click()
  await dialog.waitFor({ state: "detached" })
  expect(await ada.content()).not.toContain(key)

  await ada.reload()
  await line("Reports").getByText("acts as Ada Okafor · last used now").waitFor()
  await line("Reports")
    .getByText(`${key.slice(0, 11)}…`)
    .waitFor()
  await ada.getByRole("button", { name: "Revoke Reports" }).click()
  const sure = ada.getByRole("dialog", { name: "Revoke Reports?" })
  await sure.getByText("This cannot be undone.").waitFor()
  expect((await program.get("/me")).status).toBe(200)
  await sure.getByRole("button", { name: "Revoke", exact: true }).click()
  await ada.getByText("Reports opens nothing any more.").waitFor()
  await line("Reports").waitFor({ state: "detached" })
  expect((await program.get("/me")).status).toBe(401)
})

test("what can be asked stands on a page of its own, which reads well for everybody", async () => {
  await people.openSettings(ada, "API keys")
  const [page] = await Promise.all([
    ada.context().waitForEvent("page"),
    ada.getByRole("link", { name: "What can be asked" }).click(),
  ])
  await page.getByRole("heading", { name: "The API of Parley", level: 1 }).waitFor()
  const contents = page.getByRole("navigation", { name: "API" })
  await contents.getByRole("link", { name: "Answer the customer" }).click()
  await page.getByRole("heading", { name: "Answer the customer" }).waitFor()
  expect(new URL(page.url()).hash).toBe("#POST-api-v1-conversations-conversationId-answers")
  // Were its style refused by its policy, everything would stand in one column.
  expect(await contents.evaluate((nav) => getComputedStyle(nav).position)).toBe("sticky")
  await page.close()
  for (const colorScheme of SCHEMES) {
    const reader = await stage.openBrowser({ ...PHONE, colorScheme, bypassCSP: true })
    await expectNothing(reader, { api: () => reader.goto(`${stage.url}/api`) })
  }
})

test("a webhook is made, tried, told what happens, and deleted with a way back", async () => {
  const heard: string[] = []
  let status = 200
  const receiver = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => heard.push(chunk.toString()))
    request.on("end", () => response.writeHead(status).end("Thank you."))
  }).listen(0, "127.0.0.1")
  await once(receiver, "listening")
  const address = receiver.address()
  const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`
  try {
    await people.openSettings(ada, "Webhooks")
    await ada.getByRole("button", { name: "New webhook" }).click()
    const dialog = ada.getByRole("dialog", { name: "New webhook" })
    await dialog.getByRole("textbox", { name: "Address" }).fill(`http://${host}/parley`)
    await dialog.getByRole("checkbox", { name: "An internal note" }).check()
    await dialog.getByRole("button", { name: "Create" }).click()
    await line(`http://${host}/parley`).getByText("told of 2 things").waitFor()

    await ada.getByRole("button", { name: "Deliveries" }).click()
    const deliveries = ada.getByRole("dialog", { name: `Deliveries to ${host}` })
    await deliveries.getByRole("button", { name: "Send a test" }).click()
    const entry = (event: string) => deliveries.getByRole("listitem").filter({ hasText: event })
    await entry("Test")
      .getByText(/^delivered · 200 · /)
      .waitFor()
    await entry("Test").getByText("Thank you.").waitFor()
    status = 500
    await company.write("Vera", { text: "Vera asks about boots" })
    await entry("A customer wrote")
      .getByText(/^waits · 500 · /)
      .waitFor()
    status = 200
    await entry("A customer wrote").getByRole("button", { name: "Send again" }).click()
    await entry("A customer wrote")
      .getByText(/^delivered · 200 · /)
      .waitFor()
    expect(heard.at(-1)).toContain("Vera asks about boots")
    await ada.keyboard.press("Escape")

    await ada.getByRole("button", { name: `Change ${host}` }).click()
    const change = ada.getByRole("dialog", { name: `Change ${host}` })
    const secret = await change.getByRole("textbox", { name: "Secret" }).inputValue()
    await change.getByRole("button", { name: "New secret" }).click()
    await expect.poll(() => change.getByRole("textbox", { name: "Secret" }).inputValue()).not.toBe(secret)
    await change.getByRole("switch", { name: "On" }).click()
    await change.getByRole("button", { name: "Save" }).click()
    await line(host).getByText("Off", { exact: true }).waitFor()

    await line(host).getByRole("button", { name: "Delete" }).click()
    await line(`http://${host}/parley`).waitFor({ state: "detached" })
    await ada.getByRole("button", { name: "Undo" }).click()
    await line(`http://${host}/parley`).waitFor()
  } finally {
    receiver.close()
  }
})
