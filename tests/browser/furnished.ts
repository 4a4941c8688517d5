import type { Page } from "playwright-core"
import { labelColor } from "../../protocol/labels.ts"
import { newId } from "../../server/db/db.ts"
import { answerTo } from "../flows/visitor-client.ts"
import { succeed, type Colleague } from "../flows/company.ts"
import { answerField, inbox } from "../harness/people.ts"
import { startFakeTwilio } from "../providers/fake-twilio.ts"
import { sql } from "kysely"
import type { Stage } from "./stage.ts"

const NUMBER = "+15005550006"

/** A company with something of everything that a screen can show. */
export type Furnished = {
  /** An admin, with a bit of all in his inboxes. */
  ada: Colleague
  bo: Colleague
  open(page: Page, name: string): Promise<void>
  stop(): Promise<void>
}

export async function furnish(stage: Stage): Promise<Furnished> {
  const company = await stage.fill()
  const { owner, everyoneId } = company
  const twilio = await startFakeTwilio()
  const ada = await company.hire("Ada Okafor", { role: "admin" })
  const bo = await company.hire("Bo Lindqvist")
  const toAda = { kind: "agent", agentId: ada.agentId }
  await company.makeTeam([ada, bo])
  // Longer than it takes to look at everything on a slow machine.
  await succeed(owner.send("PATCH", `/teams/${everyoneId}`, { offerSeconds: 3_600 }))

  await company.write("Vera", { text: "Hello! Where is https://fjord.test/orders/10482?" })
  await company.answer(ada, "Vera", undefined, "On its way since noon.")
  await company.act(ada, "Vera", "star", { isStarred: true })
  await company.act(bo, "Vera", "notes", { text: `@{agent:${ada.agentId}} she asked before.` })
  await company.introduce("Vera", await company.makeSource(everyoneId))
  await company.write("Vera", { text: "Thank you, and how do I return them?" })
  const { lastCustomerEntryId: labelled } = await company.see(ada, "Vera")
  for (const [place, color] of labelColor.options.entries())
    await succeed(
      company.act(ada, "Vera", `entries/${labelled}/labels/${newId()}`, {
        isOn: true,
        make: { name: `label ${place}`, color },
      }),
    )
  await company.write("Wim", { text: "שלום, מתי מגיע המשלוח?" })
  await succeed(company.act(bo, "Wim", "offer", { agentId: ada.agentId }))
  await company.write("Yara", { text: "That worked, thank you." })
  await succeed(company.assign(ada, "Yara", toAda))
  await company.close(ada, "Yara")
  await company.write("Zoe", { text: "A question that is rather long. ".repeat(20) })
  await company.write("Mona", { text: "Do you know about this?" })
  await succeed(company.act(bo, "Mona", "notes", { text: `@{team:${everyoneId}} who knows?` }))

  const made = await succeed(
    owner.send("POST", "/sources", {
      name: "Support number",
      teamId: everyoneId,
      settings: twilio.settings(NUMBER),
    }),
  )
  const webhook = `${stage.url}/webhooks/sms/${String(made.body.id)}`
  async function customerTexts(from: string, body: string): Promise<void> {
    const message = twilio.customerWrites({ from, to: NUMBER, body })
    await twilio.post(webhook, twilio.webhookOf(message, body === "STOP" ? { OptOutType: "STOP" } : {}))
  }
  await customerTexts("+33612345678", "Is it on its way?")
  await customerTexts("+4670123456", "Never mind")
  await customerTexts("+4670123456", "STOP")
  const { id: messageId } = await entryOf("Is it on its way?")
  await answerTo(stage.database, ada, { messageId, text: "It left this morning." })
  await until(() => twilio.sent.length === 1)
  const [sent] = twilio.sent
  if (sent) await twilio.post(`${webhook}/status`, twilio.callbackOf(sent, "undelivered", 30003))

  const boAtWork = await stage.openBrowserOf(bo)
  const said = {
    Vera: "how do I return",
    Wim: "שלום",
    Yara: "That worked",
    Zoe: "rather long",
    Anna: "Is it on its",
    Berit: "Never mind",
  }
  const conversations = new Map<string, string>()
  for (const [name, text] of Object.entries(said))
    conversations.set(name, (await entryOf(text)).conversationId)

  async function entryOf(text: string): Promise<{ id: string; conversationId: string }> {
    const find = async () => {
      const { rows } = await sql<{ id: string; conversationId: string }>`
        select id, conversation_id as "conversationId" from entries where strpos(text, ${text}) > 0`.execute(
        stage.database.db,
      )
      return rows[0]
    }
    await until(async () => (await find()) !== undefined)
    const found = await find()
    if (found === undefined) throw new Error(`Nobody said ${text}.`)
    return found
  }

  const open = async (page: Page, name: string) => {
    await page.goto(`${stage.url}/conversations/${conversations.get(name) ?? ""}`)
    await page.getByRole("log").getByRole("article").last().waitFor()
  }
  await boAtWork.goto(stage.url)
  await inbox(boAtWork, "Me").waitFor()
  await open(boAtWork, "Vera")
  // Typing is told anew with every key, and forgotten after a while without one.
  const typing = setInterval(
    () =>
      void answerField(boAtWork)
        .press("x")
        .catch(() => undefined),
    1_500,
  )

  return {
    ada,
    bo,
    open,
    async stop() {
      clearInterval(typing)
      await boAtWork.context().close()
      await twilio.stop()
    },
  }
}

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await is()); tries += 1) {
    if (tries > 400) throw new Error("It did not come about.")
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
