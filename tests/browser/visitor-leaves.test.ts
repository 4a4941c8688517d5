/** A visitor whom nobody is there for: what he is told, and what is mailed to him and what is not. */
import { sql } from "kysely"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openMailbox } from "../harness/mailbox.ts"
import { bubbles, log, openChat, openShop, say, type Shop } from "./shop.ts"

let mailbox: Awaited<ReturnType<typeof openMailbox>>
let shop: Shop

beforeAll(async () => {
  mailbox = await openMailbox()
  shop = await openShop({
    smtpUrl: mailbox.smtpUrl,
    mailFrom: "p@acme.example",
    publicUrl: "https://chat.acme.example",
  })
  await sql`update agents set away_by_hand = true`.execute(shop.database.db)
})
afterAll(async () => {
  await shop?.close()
  await mailbox?.close()
})

const offer = (page: Page) => page.getByText("Shall the answer also come by e-mail?")
const sent = (page: Page) => log(page).getByText("Sent", { exact: true })
const mailsTo = (address: string) => mailbox.mails.filter((mail) => mail.includes(`To: ${address}`))

async function enter(of: Shop): Promise<Page> {
  const page = await of.enter(await of.newContext())
  await openChat(page)
  return page
}

/** He has asked, and wants the answer there, too. */
async function waiting(text: string, address: string): Promise<Page> {
  const page = await enter(shop)
  await say(page, text)
  await page.getByRole("textbox", { name: "E-mail address" }).fill(address)
  await page.getByRole("button", { name: "Mail me the answer" }).click()
  await page.getByText("If you do not see the answer here, it is mailed to").waitFor()
  return page
}

/** The five minutes are over for all that was answered; what is mailed last goes to this address. */
async function mailedTo(address: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await sql`update jobs set run_at = '-infinity' where name = 'mail-answers'`.execute(shop.database.db)
        const { rows } = await sql`
          select 1 from jobs where name in ('mail-answers', 'send-mail')`.execute(shop.database.db)
        return { left: rows.length, mailed: mailsTo(address).length }
      },
      { timeout: 20_000 },
    )
    .toEqual({ left: 0, mailed: 1 })
}

test("while nobody is there it says so at home and in the conversation, and offers to mail the answer", async () => {
  const page = await enter(shop)
  await page.getByText("Nobody is here right now", { exact: true }).waitFor()
  await page.getByText("Write anyway: the answer will be waiting for you here.").waitFor()
  expect(await page.getByText(/here now|Usually replies/).count()).toBe(0)
  await say(page, "Is anybody there?")
  await sent(page).waitFor()
  await page.getByText("Away right now", { exact: true }).waitFor()
  await offer(page).waitFor()
  await page.context().close()
})

test("a Parley that cannot send mail says the same, and offers nothing", async () => {
  const bare = await openShop()
  try {
    await sql`update agents set away_by_hand = true`.execute(bare.database.db)
    const page = await enter(bare)
    await page.getByText("Nobody is here right now", { exact: true }).waitFor()
    await say(page, "Is anybody there?")
    await sent(page).waitFor()
    // On the next page all is known before the chat is opened.
    const welcomed = page
      .waitForEvent("websocket")
      .then((socket) =>
        socket.waitForEvent("framereceived", ({ payload }) => /welcome/.test(String(payload))),
      )
    await page.reload()
    await welcomed
    await openChat(page)
    await page.getByText("Away right now", { exact: true }).waitFor()
    // By then it would be there, as it is above.
    await say(page, "Hello?")
    await log(page).getByText("Hello?").waitFor()
    await bare.messageId("Hello?")
    await sent(page).waitFor()
    expect(await offer(page).count()).toBe(0)
    expect(await page.getByRole("textbox", { name: "E-mail address" }).count()).toBe(0)
    await page.context().close()
  } finally {
    await bare.close()
  }
})

test("what he saw in the chat is not mailed to him", async () => {
  const eve = await waiting("Do you ship to Norway?", "eve@visitor.example")
  const fay = await waiting("Do you ship to Peru?", "fay@visitor.example")
  await fay.context().close()
  const { id } = await shop.answer("Do you ship to Norway?", "To Norway, yes.")
  await log(eve).getByText("To Norway, yes.").waitFor()
  await expect.poll(() => shop.deliveryOf(id)).toBe("read")
  await shop.answer("Do you ship to Peru?", "To Peru, yes.")
  await mailedTo("fay@visitor.example")
  expect(mailsTo("fay@visitor.example")[0]).toContain("To Peru, yes.")
  expect(mailsTo("eve@visitor.example")).toEqual([])
  await eve.context().close()
})

test("the mail says that answers to it are not read; whoever opens its last link and says so gets no more", async () => {
  const gus = await waiting("Do you repair soles?", "gus@visitor.example")
  await gus.goto("about:blank")
  await shop.answer("Do you repair soles?", "Within a week.")
  await mailedTo("gus@visitor.example")
  const [mail = ""] = mailsTo("gus@visitor.example")
  expect(mail).toContain("Please answer in the chat: answers to this mail are not read yet.")
  const [, path = ""] = /No more mails like this: https:\/\/chat\.acme\.example(\/\S+)/.exec(mail) ?? []

  const reader = await (await shop.newContext({ locale: "en-GB" })).newPage()
  await reader.goto(shop.cable.url + path)
  // Programs open links, too: it asks.
  await reader.getByRole("heading", { name: "No more mails?" }).waitFor()
  await reader.getByText("Answers to your chats will not be mailed to you any more.").waitFor()
  await reader.getByRole("button", { name: "No more mails" }).click()
  await reader.getByRole("heading", { name: "Done" }).waitFor()
  await reader.getByText("You get no more mails.").waitFor()
  await reader.context().close()

  await shop.answer("Do you repair soles?", "And heels in a day.")
  const hal = await waiting("Do you repair boots?", "hal@visitor.example")
  await hal.context().close()
  await shop.answer("Do you repair boots?", "We do.")
  await mailedTo("hal@visitor.example")
  expect(mailsTo("gus@visitor.example")).toHaveLength(1)

  // In the chat the answer waits, and the address is not taken again.
  await gus.goto(`${shop.cable.url}/try`)
  await openChat(gus)
  await expect
    .poll(() => bubbles(gus))
    .toEqual(["Do you repair soles?", "Within a week.", "And heels in a day."])
  await say(gus, "Thanks!")
  await gus.getByRole("textbox", { name: "E-mail address" }).fill("gus@visitor.example")
  await gus.getByRole("button", { name: "Mail me the answer" }).click()
  await gus.getByText("The owner of this address wants no mails from here.").waitFor()
  await gus.context().close()
})
