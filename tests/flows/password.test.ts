import { sql } from "kysely"
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "../../server/team/team.ts"
import { quietLog, settableClock } from "../harness/harness.ts"
import { openMailbox } from "../harness/mailbox.ts"
import { parleysOf } from "./parleys.ts"
import { createOwner, createPerson, PASSWORD } from "./person.ts"

const startParley = parleysOf(settableClock())
const opened: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const close of opened) await close()
})

describe("a forgotten password", () => {
  test("is replaced by a link in a mail, once, and ends all sessions", async () => {
    const { mails, smtpUrl, close } = await openMailbox()
    opened.push(close)
    const publicUrl = "https://chat.acme.example"
    const parley = await startParley({
      smtpUrl,
      mailFrom: "Parley <parley@acme.example>",
      publicUrl,
    })
    const { url } = parley
    const ada = await createOwner(url)

    for (const email of ["ada@acme.example", "nobody@acme.example"])
      expect(await createPerson(url).ask("POST", "/api/v1/forgot-password", { email })).toMatchObject({
        status: 200,
        body: {},
      })
    await parley.runDueJobs()
    expect(mails).toHaveLength(1)
    const text = mails[0] ?? ""
    expect(text).toContain("To: ada@acme.example")
    const [, token = ""] = /https:\/\/chat\.acme\.example\/reset-password\/([\w-]+)/.exec(text) ?? []
    const reset = { token, password: "a new password" }
    expect(
      await createPerson(url).ask("POST", "/api/v1/reset-password", { ...reset, password: "short" }),
    ).toMatchObject({ body: { refusal: "password-too-short" } })
    expect((await createPerson(url).ask("POST", "/api/v1/reset-password", reset)).status).toBe(200)
    expect((await createPerson(url).ask("POST", "/api/v1/reset-password", reset)).status).toBe(410)
    expect((await ada.get("/invitations")).status).toBe(401)
    expect(
      (await ada.ask("POST", "/api/v1/sign-in", { email: "ada@acme.example", password: PASSWORD })).status,
    ).toBe(401)
    expect(
      (await ada.ask("POST", "/api/v1/sign-in", { email: "ada@acme.example", password: reset.password }))
        .status,
    ).toBe(200)

    const invited = await ada.send("POST", "/invitations", { email: "bo@acme.example" })
    expect(invited.body).toMatchObject({ isMailed: true })
    expect(String(invited.body.link)).toContain(publicUrl)
    await parley.runDueJobs()
    expect(mails).toHaveLength(2)
    expect(mails[1]).toContain("To: bo@acme.example")
  })
})

test("is mailed in the language that was chosen, else in the browser's", async () => {
  const { url, database } = await startParley({
    smtpUrl: "smtp://127.0.0.1:9",
    mailFrom: "Parley <parley@acme.example>",
    publicUrl: "https://chat.acme.example",
  })
  const ada = await createOwner(url)
  const subjects = async () => {
    const { rows } = await sql<{ subject: string }>`
      select payload ->> 'subject' as subject from jobs where name = 'send-mail' order by id`.execute(
      database.db,
    )
    return rows.map(({ subject }) => subject)
  }
  const forget = (speaks?: string) =>
    createPerson(url).ask(
      "POST",
      "/api/v1/forgot-password",
      { email: "ada@acme.example" },
      speaks === undefined ? {} : { "accept-language": speaks },
    )
  await forget()
  await forget("fi, ar-SA;q=0.9, de;q=0.8")
  expect(await subjects()).toEqual(["Set a new password", "تعيين كلمة مرور جديدة"])
  expect((await ada.send("PUT", "/me/language", { language: "sv" })).status).toBe(200)
  await forget("de")
  await ada.send("POST", "/invitations", { email: "bo@acme.example" })
  expect((await subjects()).slice(2)).toEqual([
    "Välj ett nytt lösenord",
    expect.stringContaining("bjuder in dig"),
  ])
  expect((await ada.send("PUT", "/me/language", { language: "tlh" })).status).toBe(400)
})

test("a password set on the server is the one that counts", async () => {
  const { url, database } = await startParley()
  const ada = await createOwner(url)
  const identity = createIdentity({ database, log: quietLog, config: database.config })
  expect(await identity.setPassword("Ada@acme.example", "another password")).toMatchObject({
    email: "ada@acme.example",
  })
  expect(await identity.setPassword("nobody@acme.example", "another password")).toBeUndefined()
  const signIn = async (password: string) =>
    (await ada.ask("POST", "/api/v1/sign-in", { email: "ada@acme.example", password })).status
  expect(await signIn(PASSWORD)).toBe(401)
  expect(await signIn("another password")).toBe(200)
})
