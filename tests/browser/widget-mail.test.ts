/** A visitor who writes while nobody is there, goes, and comes back by the link in a mail. */
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openMailbox } from "../harness/mailbox.ts"
import { expectNothing } from "./axe.ts"
import { bubbles, field, openChat, openShop, say, type Shop } from "./shop.ts"

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
  await shop.close()
  await mailbox.close()
})

test("leaves an address below what was written, and opens the mailed answer in another browser, which nobody else can", async () => {
  const context = await shop.newContext()
  const page = await shop.enter(context)
  await openChat(page)
  const offer = page.getByText("Shall the answer also come by e-mail?")
  await page.getByText("Nobody is here right now").first().waitFor()
  // No form in the way: only who has written is asked.
  expect(await offer.count()).toBe(0)
  await say(page, "Do you ship to Norway?")
  await offer.waitFor()
  await expectNothing(page, { "the offer of an e-mail": () => offer.waitFor() })
  const email = page.getByRole("textbox", { name: "E-mail address" })
  await email.fill("eve@nowhere")
  await email.press("Enter")
  await page.getByText("This is no e-mail address.").waitFor()
  await email.fill("eve@visitor.example")
  await page.getByRole("button", { name: "Mail me the answer" }).click()
  await page.getByText("it is mailed to e…@visitor.example").waitFor()
  await page.reload()
  await openChat(page)
  await page.getByText("it is mailed to e…@visitor.example").waitFor()
  await context.close()

  await shop.answer("Do you ship to Norway?", "We do, within three days.")
  // The five minutes are over.
  await expect
    .poll(
      async () => {
        await sql`update jobs set run_at = '-infinity' where name = 'mail-answers'`.execute(shop.database.db)
        return mailbox.mails.length
      },
      { timeout: 15_000 },
    )
    .toBe(1)
  const [, path = ""] = /https:\/\/chat\.acme\.example(\S+#\S+)/.exec(mailbox.mails[0] ?? "") ?? []

  const phone = await shop.newContext({ viewport: { width: 390, height: 844 } })
  const reopened = await phone.newPage()
  await reopened.goto(shop.cable.url + path)
  const open = reopened.getByRole("button", { name: "Open the chat" })
  await open.waitFor()
  expect(reopened.url()).not.toContain("#")
  await expectNothing(reopened, { "the page behind a link": () => open.waitFor() })
  await open.click()
  await expect.poll(() => bubbles(reopened)).toEqual(["Do you ship to Norway?", "We do, within three days."])
  await say(reopened, "Lovely, thanks")
  await shop.messageId("Lovely, thanks")
  // Whoever has the page open may load it again.
  await reopened.reload()
  await field(reopened).waitFor()
  await expect.poll(() => bubbles(reopened)).toContain("Lovely, thanks")
  await phone.close()

  const forwarded = await shop.newContext()
  const other = await forwarded.newPage()
  await other.goto(shop.cable.url + path)
  await other.getByRole("button", { name: "Open the chat" }).click()
  await other.getByText("opened in another browser").waitFor()
  await other.getByRole("button", { name: "Mail me a new link" }).click()
  await other.getByText("on its way to the same e-mail address").waitFor()
  expect(await other.locator("parley-chat").count()).toBe(0)
  await expect.poll(() => mailbox.mails.length, { timeout: 10_000 }).toBe(2)
  expect(mailbox.mails[1]).toContain("To: eve@visitor.example")
  await forwarded.close()
})
