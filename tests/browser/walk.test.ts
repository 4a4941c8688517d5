/** From the first start to a customer who comes back, as two agents and two visitors live it. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import * as people from "../harness/people.ts"
import { answerField, conversation, customerService, inbox, log, row, rows } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let ada: Page
let bo: Page
let vera: Page
let wim: Page
/** Everything that reached Vera's browser through sockets and requests. */
const heardByVera: string[] = []
let adaLoads = 0

beforeAll(async () => {
  stage = await openStage()
  ada = await stage.openBrowser()
  bo = await stage.openBrowser()
  vera = await stage.openBrowser()
  wim = await stage.openBrowser()
  ada.on("load", () => (adaLoads += 1))
  vera.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => heardByVera.push(String(payload))),
  )
  vera.on("response", (response) => {
    void response.text().then(
      (text) => heardByVera.push(text),
      // A redirect, or a page that has gone: it has no text any more.
      () => undefined,
    )
  })
})

afterAll(() => stage?.close())

test("the first visit makes owner and workspace", async () => {
  await people.firstStart(ada, stage.url, {
    name: "Ada Okafor",
    email: "ada@fjord.test",
    company: "Fjord Shoes",
  })
  await customerService(ada, 0).waitFor()
  await ada.getByText("What is assigned or suggested to you appears here.").waitFor()
  await expect.poll(() => ada.title()).toBe("Me · Parley")
})

test("a colleague joins by a link", async () => {
  await people.invite(ada, bo, { name: "Bo Lindqvist", email: "bo@fjord.test" })
  await customerService(bo, 0).waitFor()
  await ada.getByText("bo@fjord.test").waitFor()
})

test("what a visitor writes stands under Unassigned within a second, without a reload", async () => {
  await people.deliverTo(ada, "Go to Unassigned")
  await people.leaveSettings(ada)
  await people.openInbox(ada, "Unassigned")
  await people.openInbox(bo, "Unassigned")
  adaLoads = 0
  const tries: number[] = []
  // Each is a conversation of its own; the machine may be busy for one of them.
  for (const [visitor, text] of [
    [vera, "Do you ship to Malmö?"],
    [wim, "Is the Skog waterproof?"],
  ] as const) {
    await people.openShop(visitor, stage.url)
    await people.openChat(visitor)
    tries.push(await secondsUntilListed(visitor, ada, text))
    await row(bo, text).waitFor()
  }
  tries.push(await secondsUntilListed(vera, ada, "And how long does it take?"))
  expect(Math.min(...tries), `Seconds: ${tries.join(", ")}`).toBeLessThan(1)
  await inbox(ada, "Unassigned, 2").waitFor()
  await customerService(ada, 2).waitFor()
  await expect.poll(() => ada.title()).toBe("(2) Unassigned · Parley")
  expect(adaLoads).toBe(0)
})

test("who looks at a conversation is seen by the other, and seen to leave", async () => {
  await row(bo, "how long")
    .getByRole("link", { name: /^Lead.*, 2 unread$/ })
    .waitFor()
  await people.openConversation(ada, "how long")
  await row(bo, "how long").getByRole("img", { name: "Ada Okafor" }).waitFor()
  expect(await row(ada, "how long").getByRole("img", { name: "Ada Okafor" }).count()).toBe(0)
  expect(await row(bo, "waterproof").getByRole("img", { name: "Ada Okafor" }).count()).toBe(0)

  await people.openConversation(bo, "how long")
  const alsoViewing = (page: Page) => page.getByRole("group", { name: "Also viewing" })
  await alsoViewing(bo).getByRole("img", { name: "Ada Okafor" }).waitFor()
  await alsoViewing(ada).getByRole("img", { name: "Bo Lindqvist" }).waitFor()
  await row(ada, "how long").getByRole("img", { name: "Bo Lindqvist" }).waitFor()

  await people.openInbox(bo, "Unassigned")
  await alsoViewing(ada).waitFor({ state: "detached" })
  await row(ada, "how long").getByRole("img", { name: "Bo Lindqvist" }).waitFor({ state: "detached" })
  await row(bo, "how long").getByRole("img", { name: "Ada Okafor" }).waitFor()
  await people.openInbox(ada, "Me")
  await row(bo, "how long").getByRole("img", { name: "Ada Okafor" }).waitFor({ state: "detached" })
  // Looking has assigned nothing.
  await inbox(bo, "Unassigned, 2").waitFor()
})

test("each sees the other type", async () => {
  await people.openInbox(ada, "Unassigned")
  await people.openConversation(ada, "how long")
  await people.openConversation(bo, "how long")
  await people.messageField(vera).pressSequentially("I mean the blue")
  await conversation(ada).getByText("Lead is typing…").waitFor()
  await people.messageField(vera).fill("")
  await conversation(ada).getByText("Lead is typing…").waitFor({ state: "detached" })

  await answerField(ada).pressSequentially("Yes, in")
  await log(vera).getByRole("img", { name: "Ada is typing" }).waitFor()
  await conversation(bo).getByText("Ada Okafor is writing an answer…").waitFor()
  expect(await log(wim).getByRole("img", { name: "Ada is typing" }).count()).toBe(0)
})

test("an answer takes the conversation: it is under Me of one and in nobody's Unassigned", async () => {
  await people.openInbox(bo, "Unassigned")
  await people.answer(ada, "Yes, in two days.")
  await inbox(ada, "Me, 1").waitFor()
  await row(ada, "Yes, in two days.").waitFor({ state: "detached" })
  await row(bo, "two days").waitFor({ state: "detached" })
  await row(bo, "how long").waitFor({ state: "detached" })
  await inbox(bo, "Unassigned, 1").waitFor()
  await inbox(bo, "Me").waitFor()
  expect(await inbox(bo, "Me, 1").count()).toBe(0)
  await people.openInbox(ada, "Me")
  await row(ada, "You: Yes, in two days.").waitFor()
})

test("the visitor reads the answer; both see that the other has seen", async () => {
  await log(vera).getByText("Yes, in two days.").waitFor()
  await log(vera).getByText("Ada", { exact: true }).waitFor()
  await vera.getByRole("heading", { name: "Ada" }).waitFor()
  await people.openConversation(ada, "Yes, in two days.")
  await log(ada).getByText("· seen").waitFor()
  await people.say(vera, "Lovely, thank you!")
  await log(vera).getByText("Seen", { exact: true }).waitFor()
  // The other visitor's conversation is another one.
  expect(await log(wim).getByText("two days").count()).toBe(0)
  expect(await log(ada).getByText("waterproof").count()).toBe(0)
})

test("a note that names a colleague is under his Mentions, in his badge, and nowhere near the customer", async () => {
  await customerService(bo, 1).waitFor()
  await people.note(ada, async (field) => {
    await field.pressSequentially("She is the zirkonium case, @b")
    await ada.getByRole("option", { name: "Bo Lindqvist" }).click()
    await field.pressSequentially("please look")
  })
  await log(ada).getByText("@Bo Lindqvist").waitFor()
  await inbox(bo, "Mentions, 1").waitFor()
  await customerService(bo, 2).waitFor()
  await expect.poll(() => bo.title()).toBe("(2) Unassigned · Parley")

  // A word from the agents after the note: by then the note would have come too.
  await people.answer(ada, "You are welcome.")
  await log(vera).getByText("You are welcome.").waitFor()
  const stored = await vera.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  expect(await log(vera).innerText()).not.toContain("zirkonium")
  expect(heardByVera.join("\n")).toContain("You are welcome.")
  expect(`${heardByVera.join("\n")}${stored}`).not.toMatch(/zirkonium|Lindqvist|@fjord\.test/)

  await people.openInbox(bo, "Mentions")
  await people.openConversation(bo, "You are welcome.")
  await log(bo).getByText("She is the zirkonium case").waitFor()
  await customerService(bo, 1).waitFor()
})

test("Close can be undone; closed, it is in no inbox but among the closed ones", async () => {
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).click()
  await inbox(ada, "Me, 1").waitFor({ state: "detached" })
  await ada.getByRole("button", { name: "Undo" }).click()
  await inbox(ada, "Me, 1").waitFor()
  await row(ada, "You are welcome.").waitFor()
  await conversation(ada).getByRole("button", { name: "Close", exact: true }).click()
  await conversation(ada).getByRole("button", { name: "Reopen" }).waitFor()
  await row(ada, "You are welcome.").waitFor({ state: "detached" })
  await inbox(bo, "Mentions, 1").waitFor({ state: "detached" })
  await inbox(ada, "Unassigned, 1").waitFor()
})

test("a customer who writes again is back under the same agent's Me, with everything above it", async () => {
  await people.openInbox(ada, "Me")
  await people.openInbox(bo, "Unassigned")
  // On another page of the shop and days later, for all the widget knows.
  await people.openShop(vera, stage.url, "/try/fjell")
  await people.openChat(vera)
  await log(vera).getByText("You are welcome.").waitFor()
  await people.say(vera, "One more thing: can I return them?")
  await inbox(ada, "Me, 1").waitFor()
  // Hidden by the close, the mention is back with the conversation; nobody else has it.
  await inbox(bo, "Mentions, 1").waitFor()
  await inbox(bo, "Unassigned, 1").waitFor()
  expect(await row(bo, "One more thing").count()).toBe(0)
  await people.openConversation(ada, "One more thing")
  const said = [
    "Do you ship to Malmö?",
    "And how long does it take?",
    "Yes, in two days.",
    "Lovely, thank you!",
    "She is the zirkonium case",
    "You are welcome.",
    "One more thing: can I return them?",
  ]
  const text = await log(ada).innerText()
  expect(said.map((words) => text.indexOf(words)).filter((at) => at < 0)).toEqual([])
  expect(said.toSorted((one, other) => text.indexOf(one) - text.indexOf(other))).toEqual(said)
  await conversation(ada).getByText("Assigned to you", { exact: true }).waitFor()
})

test("a team that offers first suggests a new conversation to one agent, who takes it by answering", async () => {
  // Nobody had Wim: after a close he is new again.
  await people.openInbox(ada, "Unassigned")
  await people.openConversation(ada, "waterproof")
  const close = conversation(ada).getByRole("button", { name: "Close", exact: true })
  await people.accepted(ada, /\/close$/, () => close.click())
  await conversation(ada).getByRole("button", { name: "Reopen" }).waitFor()
  await people.deliverTo(ada, "Suggest to one agent first")
  await people.leaveSettings(ada)
  await people.openInbox(bo, "Me")

  await people.say(wim, "Hello again, still waterproof?")
  // Ada has one open, Bo none.
  await row(bo, "still waterproof")
    .getByText(/^Suggested · \d:\d\d$/)
    .waitFor()
  await inbox(bo, "Me, 1").waitFor()
  await customerService(bo, 1).waitFor()
  expect(await row(ada, "still waterproof").count()).toBe(0)
  expect(await inbox(ada, "Unassigned, 1").count()).toBe(0)
  await people.openConversation(bo, "still waterproof")
  await conversation(bo).getByRole("button", { name: "Accept" }).waitFor()
  await people.answer(bo, "Yes, all winter long.")
  await conversation(bo).getByRole("button", { name: "Accept" }).waitFor({ state: "detached" })
  await conversation(bo).getByText("Assigned to you", { exact: true }).waitFor()
  await row(bo, "all winter long").getByText("Suggested").waitFor({ state: "detached" })
  await log(wim).getByText("Yes, all winter long.").waitFor()
  expect(await rows(ada).count()).toBe(1)
})

/** From the key that sends to the paint that shows, by the one clock of the machine. */
async function secondsUntilListed(visitor: Page, agent: Page, text: string): Promise<number> {
  await people.messageField(visitor).fill(text)
  const sent = visitor.evaluate(
    () =>
      new Promise<number>((resolve) =>
        addEventListener("keydown", () => resolve(Date.now()), { once: true, capture: true }),
      ),
  )
  const seen = people.listed(agent, text)
  // Whoever listens is listening before the key falls.
  await Promise.all([visitor.evaluate(() => undefined), agent.evaluate(() => undefined)])
  await people.messageField(visitor).press("Enter")
  return ((await seen) - (await sent)) / 1_000
}
