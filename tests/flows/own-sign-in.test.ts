import { expect, test } from "vitest"
import { settableClock } from "../harness/harness.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { agentRow, jobsOf, parleysOf } from "./parleys.ts"
import { createColleague, createOwner, createPerson, createProgram, PASSWORD } from "./person.ts"

const startParley = parleysOf(settableClock())
const ADA = { email: "ada@acme.example", password: PASSWORD }
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
const mailing = {
  smtpUrl: "smtp://127.0.0.1:9",
  mailFrom: "Parley <parley@acme.example>",
  publicUrl: "https://chat.acme.example",
}

test("a new password takes the old one, and ends every session but this one", async () => {
  const { url } = await startParley()
  const ada = await createOwner(url)
  const laptop = createPerson(url)
  await laptop.ask("POST", "/api/v1/sign-in", ADA)
  const screen = new StreamClient()
  await connectStream({ url, cookie: laptop.cookie(), workspaceId: ada.workspaceId }, screen)
  await screen.until(() => screen.snapshots > 0, "a snapshot")
  const before = ada.cookie()

  const put = (password: string, newPassword: string) =>
    ada.ask("PUT", "/api/v1/account/password", { password, newPassword })
  expect(await put("not the password", "a new password")).toMatchObject({
    body: { refusal: "wrong-password" },
  })
  expect((await put(PASSWORD, "short")).status).toBe(400)
  expect((await laptop.get("/me")).status).toBe(200)
  expect((await put(PASSWORD, "a new password")).status).toBe(200)
  expect((await ada.get("/me")).status).toBe(200)
  expect((await laptop.get("/me")).status).toBe(401)
  expect((await createPerson(url).ask("GET", "/api/v1/me", undefined, { cookie: before })).status).toBe(401)
  await screen.until(() => screen.isClosed, "the other device's stream ends")
  expect((await createPerson(url).ask("POST", "/api/v1/sign-in", ADA)).status).toBe(401)
  expect(
    (await createPerson(url).ask("POST", "/api/v1/sign-in", { ...ADA, password: "a new password" })).status,
  ).toBe(200)
})

test("devices are told apart, and one that is signed out is out at once, its stream too", async () => {
  const { url } = await startParley()
  const ada = await createOwner(url)
  const bo = await createColleague(url, ada, { name: "Bo", email: "bo@acme.example" })
  const laptop = createPerson(url)
  await laptop.ask("POST", "/api/v1/sign-in", ADA, { "user-agent": FIREFOX })
  const { body } = await ada.get("/account")
  const sessions: { id: string; isThis: boolean }[] = Array.isArray(body.sessions) ? body.sessions : []
  expect(sessions).toMatchObject([
    { isThis: true },
    { isThis: false, browser: "Firefox 144", system: "Windows" },
  ])
  expect(JSON.stringify(body)).not.toContain(laptop.cookie().split("=")[1]?.split(".")[0])
  const screen = new StreamClient()
  await connectStream({ url, cookie: laptop.cookie(), workspaceId: ada.workspaceId }, screen)
  await screen.until(() => screen.snapshots > 0, "a snapshot")
  const end = (by: typeof bo | typeof ada, id: string | undefined) =>
    by.ask("DELETE", `/api/v1/account/sessions/${id}`, {})
  // Somebody else's is none of his.
  expect((await end(bo, sessions[1]?.id)).status).toBe(200)
  expect((await laptop.get("/me")).status).toBe(200)
  expect((await end(ada, sessions[1]?.id)).status).toBe(200)
  expect((await laptop.get("/me")).status).toBe(401)
  await screen.until(() => screen.isClosed, "its stream ends")
  expect((await ada.get("/me")).status).toBe(200)
})

test("without mail a new e-mail address takes the password, and colleagues see it", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example" })
  const put = (email: string, password = PASSWORD) =>
    bo.ask("PUT", "/api/v1/account/email", { email, password })
  expect((await put("bob@acme.example", "not the password")).status).toBe(403)
  expect(await put("ada@acme.example")).toMatchObject({ status: 409, body: { refusal: "email-taken" } })
  expect(await put("Bob@acme.example")).toMatchObject({ status: 200, body: { isMailed: false } })
  expect(await agentRow(parley, ada.workspaceId, bo.agentId)).toMatchObject({ email: "bob@acme.example" })
  const signIn = async (email: string) =>
    (await createPerson(parley.url).ask("POST", "/api/v1/sign-in", { email, password: PASSWORD })).status
  expect([await signIn("bo@acme.example"), await signIn("bob@acme.example")]).toEqual([401, 200])
})

test("with mail it changes when the link in it is opened, once, and the old address is told", async () => {
  const parley = await startParley(mailing)
  const ada = await createOwner(parley.url)
  await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example" })
  const put = (email: string) => ada.ask("PUT", "/api/v1/account/email", { email, password: PASSWORD })
  // Who has an account is not said; only nobody gets a mail.
  expect((await put("bo@acme.example")).body).toEqual({ isMailed: true })
  expect(await jobsOf(parley, "send-mail")).toEqual([])
  expect((await put("ada@new.example")).body).toEqual({ isMailed: true })
  const [mail] = await jobsOf(parley, "send-mail")
  expect(mail?.to).toBe("ada@new.example")
  const [, token = ""] =
    /https:\/\/chat\.acme\.example\/confirm-email\/([\w-]+)/.exec(String(mail?.text)) ?? []
  expect((await ada.get("/account")).body.email).toBe("ada@acme.example")
  // In whatever browser it is opened.
  const confirm = (by: string) => createPerson(parley.url).ask("POST", "/api/v1/confirm-email", { token: by })
  expect((await confirm(`${token}x`)).status).toBe(410)
  expect((await confirm(token)).status).toBe(200)
  expect((await confirm(token)).status).toBe(410)
  expect((await ada.get("/account")).body.email).toBe("ada@new.example")
  expect((await jobsOf(parley, "send-mail")).map(({ to }) => to)).toContain("ada@acme.example")
})

test("nothing of it is done by an API key, or without a session", async () => {
  const { url } = await startParley()
  const ada = await createOwner(url)
  const { body } = await ada.send("POST", "/api-keys", { name: "Robot" })
  const robot = createProgram(url, String(body.key))
  expect((await robot.get("/account")).status).toBe(401)
  const change = { password: PASSWORD, newPassword: "a new password" }
  expect((await robot.ask("PUT", "/api/v1/account/password", change)).status).toBe(401)
  expect((await createPerson(url).ask("PUT", "/api/v1/account/password", change)).status).toBe(401)
})
