/** What is known of a website's visitor without asking, what his website says of him, what he is called; and keeping him out. */
import { createHmac } from "node:crypto"
import type { BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { receive } from "../../server/conversations/conversations.ts"
import { newId } from "../../server/db/db.ts"
import { succeed, type Company } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { inbox, log, row } from "../harness/people.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
let ada: Page
let bo: Page

beforeAll(async () => {
  stage = await openStage({ trustedProxies: ["127.0.0.1"] })
  company = await stage.fill()
  ada = await stage.openBrowserOf(await company.hire("Ada Okafor", { role: "admin" }))
  bo = await stage.openBrowserOf(await company.hire("Bo Lindqvist"))
  for (const page of [ada, bo]) {
    await page.goto(`${stage.url}/inbox/team:${company.everyoneId}`)
    await inbox(page, "Me").waitFor()
  }
})
afterAll(() => stage?.close())

const panel = (page: Page) => page.getByRole("complementary", { name: "Customer" })
const remarks = (page: Page) => panel(page).getByRole("list", { name: "Remarks" }).getByRole("listitem")
const undo = (page: Page) => page.getByRole("button", { name: "Undo" })

/** A browser on the public internet, behind a proxy that says where. */
async function visit(ip: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await stage.openBrowser({ ...options, extraHTTPHeaders: { "x-forwarded-for": ip } })
  await people.openShop(page, stage.url)
  await people.openChat(page)
  return page
}

test("place and clock, language, device, addresses and pages of a visitor are there without asking him", async () => {
  const userAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
  const vera = await visit("81.2.69.142", { timezoneId: "Asia/Tokyo", userAgent })
  await people.say(vera, "Vera wants a tent")
  await people.openConversation(ada, "wants a tent")
  const fact = (text: string) => panel(ada).getByRole("definition").filter({ hasText: text })
  await fact("London, United Kingdom").waitFor()
  const credit = panel(ada).getByRole("link", { name: "IP geolocation by DB-IP" })
  expect(await credit.getAttribute("href")).toBe("https://db-ip.com")
  await fact("/try").waitFor()
  // Though she looks at him in the very moment he wrote.
  await panel(ada).getByTitle("Asia/Tokyo").waitFor()
  await vera.getByRole("link", { name: "Boots" }).click()
  await fact("/try/skog").waitFor()
  const clock = panel(ada).getByTitle("Asia/Tokyo")
  const inTokyo = new Intl.DateTimeFormat("en-GB", {
    ...{ weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Tokyo" },
  })
  // It looks every fifteen seconds.
  const isRight = async () => (await clock.innerText()) === inTokyo.format()
  await expect.poll(isRight, { timeout: 20_000 }).toBe(true)
  await fact("English").waitFor()
  await panel(ada).getByText("First seen", { exact: true }).waitFor()
  await fact(new Date().toLocaleDateString("en-GB", { month: "short", year: "numeric" })).waitFor()
  const address = panel(ada).getByRole("listitem").filter({ hasText: "Web chat" })
  await address.getByText("Firefox 140 on Windows").waitFor()
  const pages = panel(ada).getByRole("list", { name: "Pages" }).locator("bdi")
  await expect.poll(() => pages.allTextContents()).toEqual(["/try/skog", "/try"])
  await vera.context().close()
})

test("who has no name is a lead of his city; named, he is so in rows, in search and on a colleague's screen", async () => {
  const wim = await visit("80.67.169.12")
  await people.say(wim, "Wim wants a stove")
  await row(bo, "wants a stove").getByText("Lead Paris").waitFor()
  await people.openConversation(ada, "wants a stove")
  await people.openConversation(bo, "wants a stove")
  await panel(bo).getByRole("heading", { name: "Lead Paris" }).waitFor()
  await panel(ada).getByRole("button", { name: "Change the name" }).click()
  await panel(ada).getByRole("textbox", { name: "Name", exact: true }).fill("Willem Kok")
  await ada.keyboard.press("Enter")
  for (const page of [ada, bo]) {
    await row(page, "wants a stove").getByText("Willem Kok").waitFor()
    await page.getByRole("region", { name: "Conversation with Willem Kok" }).waitFor()
    await panel(page).getByRole("heading", { name: "Willem Kok" }).waitFor()
  }
  expect(await bo.getByText("Lead Paris").count()).toBe(0)
  await bo.getByRole("searchbox", { name: "Search" }).fill("willem")
  const found = bo.getByRole("list", { name: "Customers" }).getByRole("listitem")
  await found.getByRole("link", { name: "Willem Kok" }).click()
  await log(bo).getByText("wants a stove").waitFor()
  await undo(ada).click()
  for (const page of [ada, bo]) await panel(page).getByRole("heading", { name: "Lead Paris" }).waitFor()
  await people.openInbox(bo, "Everyone")
  await row(bo, "wants a stove").getByText("Lead Paris").waitFor()
  await wim.context().close()
})

test("the name and fields that a website signs for who is logged in stand with the customer", async () => {
  await people.openSettings(ada, "Sources")
  await ada.getByRole("button", { name: "Make a secret" }).click()
  const secret = await ada.getByRole("textbox", { name: "Secret", exact: true }).inputValue()
  await people.leaveSettings(ada)
  const xenia = await visit("8.8.8.8")
  await people.say(xenia, "Xenia wants a map")
  await people.openInbox(ada, "Everyone")
  await people.openConversation(ada, "wants a map")
  await panel(ada).getByRole("heading", { name: "Lead Mountain View" }).waitFor()
  const identify = (page: Page, fields: object, key = secret) => {
    const claims = { sub: "17", exp: Date.now() / 1_000 + 600, name: "Xenia Moreau", fields }
    const parts = [{ alg: "HS256", typ: "JWT" }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    )
    const token = [...parts, createHmac("sha256", key).update(parts.join(".")).digest("base64url")].join(".")
    return page.evaluate(`document.querySelector("parley-chat").identify({ token: "${token}" })`)
  }
  expect(await identify(xenia, { Plan: "Stolen" }, "another secret")).toBe("not-proven")
  expect(await identify(xenia, { Plan: "Pro", Seats: 12, Trial: false })).toBe("proven")
  await panel(ada).getByRole("heading", { name: "Xenia Moreau" }).waitFor()
  const fields = panel(ada).getByLabel("Fields").getByRole("definition")
  await expect.poll(() => fields.allInnerTexts()).toEqual(["Pro", "12", "false"])
  // What it signs anew is heard in the same browser, too.
  expect(await identify(xenia, { Plan: "Team" })).toBe("proven")
  await expect.poll(() => fields.allInnerTexts()).toEqual(["Team", "12", "false"])
  await xenia.context().close()
  // What is signed later, in another browser, has the word.
  const phone = await visit("8.8.8.8")
  expect(await identify(phone, { Plan: "Enterprise" })).toBe("proven")
  await phone.getByRole("button", { name: "Continue the conversation" }).click()
  await log(phone).getByText("Xenia wants a map").waitFor()
  await expect.poll(() => fields.allInnerTexts()).toEqual(["Enterprise", "12", "false"])
  await phone.context().close()
})

test("what two write about a customer at the same moment stays, on both screens", async () => {
  await company.write("Yann", { text: "Yann wants a rope" })
  for (const page of [ada, bo]) {
    await people.openConversation(page, "wants a rope")
    await panel(page).getByRole("button", { name: "Add a remark" }).click()
  }
  await panel(ada).getByRole("textbox", { name: "Remark" }).fill("Climbs alone.")
  await panel(bo).getByRole("textbox", { name: "Remark" }).fill("Pays late.")
  await Promise.all([ada, bo].map((page) => panel(page).getByRole("button", { name: "Save" }).click()))
  for (const page of [ada, bo])
    for (const text of ["Climbs alone.", "Pays late."])
      await remarks(page).filter({ hasText: text }).waitFor()

  // Ada changes hers while Bo adds another: neither takes the field from under the other.
  const hers = remarks(ada).filter({ hasText: "Climbs alone." })
  await hers.getByRole("button", { name: "Change the remark" }).click()
  await panel(ada).getByRole("textbox", { name: "Remark" }).fill("Climbs with Zoe.")
  await panel(bo).getByRole("button", { name: "Add a remark" }).click()
  await panel(bo).getByRole("textbox", { name: "Remark" }).fill("Has paid.")
  await panel(bo).getByRole("button", { name: "Save" }).click()
  await remarks(ada).filter({ hasText: "Has paid." }).waitFor()
  await panel(ada).getByRole("button", { name: "Save" }).click()
  for (const page of [ada, bo]) {
    await remarks(page).filter({ hasText: "Climbs with Zoe." }).getByText("edited").waitFor()
    expect(await remarks(page).count()).toBe(3)
  }
})

test("of a remark that two change at the same moment both texts stay", async () => {
  await company.write("Zita", { text: "Zita wants a tarp" })
  for (const page of [ada, bo]) await people.openConversation(page, "wants a tarp")
  await panel(bo).getByRole("button", { name: "Add a remark" }).click()
  await panel(bo).getByRole("textbox", { name: "Remark" }).fill("Calls in the morning.")
  await panel(bo).getByRole("button", { name: "Save" }).click()
  await remarks(ada).filter({ hasText: "in the morning" }).waitFor()
  for (const page of [ada, bo]) await remarks(page).getByRole("button", { name: "Change the remark" }).click()
  await panel(bo).getByRole("textbox", { name: "Remark" }).fill("Calls in the evening.")
  await panel(ada).getByRole("textbox", { name: "Remark" }).fill("Calls from a boat.")
  await panel(bo).getByRole("button", { name: "Save" }).click()
  await remarks(bo).filter({ hasText: "in the evening" }).waitFor()
  await panel(ada).getByRole("button", { name: "Save" }).click()
  for (const page of [ada, bo])
    for (const text of ["Calls in the evening.", "Calls from a boat."])
      await remarks(page).filter({ hasText: text }).waitFor()

  // Nor is one lost that is changed while a colleague takes it away.
  await remarks(ada).filter({ hasText: "evening" }).getByRole("button", { name: "Change the remark" }).click()
  await panel(ada).getByRole("textbox", { name: "Remark" }).fill("Calls at night.")
  await remarks(bo).filter({ hasText: "evening" }).getByRole("button", { name: "Remove the remark" }).click()
  await expect.poll(() => remarks(bo).count()).toBe(1)
  expect(await panel(ada).getByRole("textbox", { name: "Remark" }).inputValue()).toBe("Calls at night.")
  await panel(ada).getByRole("button", { name: "Save" }).click()
  await remarks(bo).filter({ hasText: "Calls at night." }).waitFor()
})

/** What somebody would see who looked everywhere, once another's message is there. */
async function isNowhere(text: string): Promise<void> {
  const control = `After ${text}`
  await company.write(control, { text: control })
  for (const name of ["Everyone", "Unassigned"]) {
    await people.openInbox(bo, name)
    await row(bo, control).waitFor()
    expect(await row(bo, text).filter({ hasNotText: control }).count()).toBe(0)
  }
}

test("a blocked visitor is told that he is, and what he writes is in no list until he is unblocked", async () => {
  const zed = await visit("8.8.8.8")
  await people.say(zed, "Zed sells pills")
  await people.openConversation(ada, "sells pills")
  await people.accepted(ada, /\/block$/, () => panel(ada).getByRole("button", { name: "Block" }).click())
  await panel(ada).getByText("Blocked: what this customer writes is not delivered to anybody.").waitFor()
  await people.say(zed, "More pills")
  await log(zed).getByText("Not sent. Messages from you are not accepted here.").waitFor()
  await isNowhere("More pills")
  await people.accepted(ada, /\/block$/, () => panel(ada).getByRole("button", { name: "Unblock" }).click())
  await panel(ada).getByRole("button", { name: "Block", exact: true }).waitFor()
  await log(zed).getByRole("button", { name: "Try again" }).click()
  await log(zed).getByText("Sent", { exact: true }).waitFor()
  await row(bo, "More pills").first().waitFor()
  await log(ada).getByText("More pills").waitFor()
  await zed.context().close()
})

test("what a blocked phone texts is in no list either, and is read where he is unblocked", async () => {
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
  const text = (words: string) =>
    receive(company.sync, [
      {
        workspaceId: company.workspaceId,
        sourceId: String(body.id),
        channel: "sms",
        teamId: company.everyoneId,
        addressValue: "+33612345678",
        addressDisplay: "+33 6 12 34 56 78",
        profile: {},
        message: { id: newId(), providerId: null, text: words, claimedAt: null, files: [] },
      },
    ])
  await text("Cheap watches")
  await people.openConversation(ada, "Cheap watches")
  await people.accepted(ada, /\/block$/, () => panel(ada).getByRole("button", { name: "Block" }).click())
  await row(ada, "Cheap watches").waitFor({ state: "detached" })
  await text("Cheaper watches")
  await log(ada).getByText("Written while blocked: “Cheaper watches”").waitFor()
  await isNowhere("Cheaper watches")
  await panel(ada).getByRole("button", { name: "Unblock" }).click()
  await log(ada).getByText("You unblocked this customer").waitFor()
  await text("Sorry for the watches")
  await row(bo, "Sorry for the watches").waitFor()
})
