/** Somebody who belongs to two workspaces: what is shown to him, and where links lead him. */
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { toldOfEverything } from "../../protocol/notifications.ts"
import { succeed, type Colleague, type Company } from "../flows/company.ts"
import { agentUploads, plainPicture } from "../flows/uploading.ts"
import * as people from "../harness/people.ts"
import { conversation, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"
import { allowNotifications, lookAway, lookBack, watchWorker } from "./told.ts"

let stage: Stage
let acme: Company
let fjell: Company
let bos: Colleague
let bo: Page

beforeAll(async () => {
  stage = await openStage({ signup: "open" })
  acme = await stage.fill()
  bos = await acme.hire("Bo Lindqvist")
  await acme.write("Lasse", { text: "Lasse asks about lamps" })
  await succeed(acme.assign(bos, "Lasse", { kind: "agent", agentId: bos.agentId }))
  bo = await stage.openBrowserOf(bos)
  await allowNotifications(bo.context())
  fjell = await stage.fill()
  await succeed(fjell.owner.send("PATCH", "/workspace", { name: "Fjell Tents" }))
  const { body } = await succeed(fjell.owner.send("POST", "/invitations", { role: "agent" }))
  await bo.goto(String(body["link"]))
  await bo.getByRole("button", { name: "Join" }).click()
  await people.openInbox(bo, "Unassigned")
})
afterAll(() => stage?.close())

const shows = (picture: Locator) =>
  expect
    .poll(() => picture.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))
    .toBe(true)

async function goTo(workspace: string): Promise<void> {
  await bo.getByRole("button", { name: "Bo Lindqvist" }).click()
  await bo.getByRole("menuitemradio", { name: workspace }).click()
}

test("he sees the pictures and gets the files of the one he is in", async () => {
  const cy = await fjell.hire("Cy")
  const bytes = await plainPicture("#7aa", 300, 200)
  const fileId = await agentUploads(stage.url, cy).whole({ name: "glacier.png", type: "image/png", bytes })
  await fjell.write("Greta", { text: "Greta asks about glaciers" })
  await succeed(fjell.act(cy, "Greta", "notes", { text: "These glaciers", fileIds: [fileId] }))
  await people.openConversation(bo, "These glaciers")
  const opener = log(bo).getByRole("button", { name: "Open glacier.png" })
  await shows(opener.locator("img"))
  await opener.click()
  const viewer = bo.getByRole("dialog", { name: "glacier.png" })
  await shows(viewer.getByRole("img", { name: "glacier.png" }))
  const saving = bo.waitForEvent("download")
  await viewer.getByRole("link", { name: "Download" }).click()
  expect(await (await saving).failure()).toBeNull()
  await bo.keyboard.press("Escape")
})

test("a link that was copied in one of them leads there from the other", async () => {
  await goTo("Acme")
  await people.openInbox(bo, "Me")
  await people.openConversation(bo, "lamps")
  await bo.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: stage.url })
  await conversation(bo).getByRole("button", { name: "Copy link" }).click()
  await bo.getByText("Link copied.").waitFor()
  const link = await bo.evaluate(() => navigator.clipboard.readText())
  await goTo("Fjell Tents")
  await people.openInbox(bo, "Unassigned")
  await row(bo, "glaciers").waitFor()
  await bo.goto(link)
  await log(bo).getByText("Lasse asks about lamps").waitFor()
})

test("what is told of one while the other is open leads to where it belongs", async () => {
  await succeed(bos.send("PUT", "/me/notifications", { preference: toldOfEverything }))
  await bo.goto(`${stage.url}/settings/notifications?workspace=${acme.workspaceId}`)
  await bo.getByRole("switch", { name: "Notifications while the desk is open" }).click()
  const told = await watchWorker(bo)
  // What tells has been loaded.
  await bo.waitForTimeout(3_000)
  await lookAway(bo)
  const { conversationId } = await acme.write("Lasse", { text: "Are the lamps there?" })
  await expect.poll(async () => (await told.shown()).map(({ tag }) => tag)).toEqual([conversationId])
  await lookBack(bo)
  await goTo("Fjell Tents")
  await people.leaveSettings(bo)
  await people.openInbox(bo, "Unassigned")
  await row(bo, "glaciers").waitFor()
  await told.click(conversationId)
  await log(bo).getByText("Are the lamps there?").waitFor()
})
