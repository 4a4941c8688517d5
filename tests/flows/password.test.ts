import { SMTPServer } from "smtp-server"
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "../../server/team/team.ts"
import { quietLog, settableClock } from "../harness/harness.ts"
import { parleysOf } from "./parleys.ts"
import { createOwner, createPerson, PASSWORD } from "./person.ts"

const startParley = parleysOf(settableClock())
const opened: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const close of opened) await close()
})

describe("a forgotten password", () => {
  test("is replaced by a link in a mail, once, and ends all sessions", async () => {
    const mails: string[] = []
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, _session, done) {
        const chunks: Buffer[] = []
        stream.on("data", (chunk: Buffer) => chunks.push(chunk))
        stream.on("end", () => {
          mails.push(Buffer.concat(chunks).toString())
          done()
        })
      },
    })
    await new Promise<void>((resolve) => void smtp.listen(0, "127.0.0.1", resolve))
    opened.push(() => new Promise((resolve) => smtp.close(resolve)))
    const address = smtp.server.address()
    const port = typeof address === "object" ? address?.port : undefined
    const publicUrl = "https://chat.acme.example"
    const parley = await startParley({
      smtpUrl: `smtp://127.0.0.1:${port}`,
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
    const text = (mails[0] ?? "").replaceAll("=\r\n", "")
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
