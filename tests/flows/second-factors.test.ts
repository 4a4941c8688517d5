import { sql } from "kysely"
import { expect, test } from "vitest"
import { createIdentity } from "../../server/team/team.ts"
import { codeOf } from "../harness/authenticator.ts"
import { quietLog, settableClock } from "../harness/harness.ts"
import { parleysOf, type RunningParley } from "./parleys.ts"
import { createColleague, createOwner, createPerson, createProgram, PASSWORD, type Person } from "./person.ts"

const startParley = parleysOf(settableClock())
const ADA = { email: "ada@acme.example", password: PASSWORD }

const post = (person: Person, path: string, body: object = {}) => person.ask("POST", `/api/v1${path}`, body)

/** Sets it up; answers what the app and the paper know. */
async function setUp(person: Person): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { status, body } = await post(person, "/account/two-factors", { password: PASSWORD })
  expect(status).toBe(200)
  const uri = new URL(String(body.uri))
  expect(`${uri.protocol}//${uri.host}${uri.pathname}`).toMatch(/^otpauth:\/\/totp\/Parley:/)
  const secret = uri.searchParams.get("secret") ?? ""
  // The code of the half minute that has just passed, so that the tests may sign in with this one's.
  expect((await post(person, "/account/two-factors/confirm", { code: codeOf(secret, -1) })).status).toBe(200)
  return { secret, recoveryCodes: Array.isArray(body.recoveryCodes) ? body.recoveryCodes.map(String) : [] }
}

async function passwordOf(parley: RunningParley, person = createPerson(parley.url)): Promise<Person> {
  expect((await post(person, "/sign-in", ADA)).body).toEqual({ needsCode: true })
  return person
}

test("with codes set up a password alone opens nothing, and a code opens once", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const before = ada.cookie()
  const { secret, recoveryCodes } = await setUp(ada)
  expect(recoveryCodes).toHaveLength(10)
  // The session goes on, under another token: one that somebody had planted is worth nothing.
  expect((await ada.get("/me")).status).toBe(200)
  expect(
    (await createPerson(parley.url).ask("GET", "/api/v1/me", undefined, { cookie: before })).status,
  ).toBe(401)

  const phone = await passwordOf(parley)
  expect(phone.cookie()).not.toContain("session_token")
  expect((await phone.get("/me")).status).toBe(401)
  expect((await phone.get("/session")).body).toMatchObject({ user: null, workspaces: [] })
  const code = codeOf(secret)
  expect((await post(phone, "/sign-in/code", { code, isTrusted: false })).status).toBe(200)
  expect((await phone.get("/me")).status).toBe(200)

  // Somebody has looked over his shoulder.
  const thief = await passwordOf(parley)
  expect(await post(thief, "/sign-in/code", { code, isTrusted: false })).toMatchObject({
    status: 401,
    body: { refusal: "wrong-code" },
  })
  expect((await thief.get("/me")).status).toBe(401)
  // The challenge of the one who signed in is over, too.
  expect((await post(phone, "/sign-in/code", { code, isTrusted: false })).body.refusal).toBe("sign-in-over")
})

test("of many guesses none is looked at any more after five, nor by another password", async () => {
  const parley = await startParley()
  const { secret } = await setUp(await createOwner(parley.url))
  const wrong = () => String((Number(codeOf(secret, 9)) + 1) % 1_000_000).padStart(6, "0")
  const thief = await passwordOf(parley)
  const answers = []
  for (let guess = 0; guess < 6; guess += 1)
    answers.push((await post(thief, "/sign-in/code", { code: wrong(), isTrusted: false })).body.refusal)
  expect(new Set(answers.slice(0, 5))).toEqual(new Set(["wrong-code"]))
  expect(answers[5]).toBe("sign-in-over")
  expect((await post(thief, "/sign-in/code", { code: codeOf(secret), isTrusted: false })).status).toBe(401)
  const again = await passwordOf(parley)
  for (let guess = 0; guess < 5; guess += 1)
    await post(again, "/sign-in/code", { code: `00000-${guess}`, isTrusted: false })
  const third = await passwordOf(parley)
  expect((await post(third, "/sign-in/code", { code: codeOf(secret), isTrusted: false })).status).toBe(429)
})

test("a recovery code opens once, and new ones take the place of all", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const { recoveryCodes } = await setUp(ada)
  const [first = "", second = ""] = recoveryCodes
  expect(
    (await post(await passwordOf(parley), "/sign-in/code", { code: first, isTrusted: false })).status,
  ).toBe(200)
  expect((await ada.get("/account")).body).toMatchObject({ hasTwoFactors: true, recoveryCodesLeft: 9 })
  const [one, other] = [await passwordOf(parley), await passwordOf(parley)]
  expect((await post(one, "/sign-in/code", { code: first, isTrusted: false })).status).toBe(401)
  const both = await Promise.all(
    [one, other].map((each) => post(each, "/sign-in/code", { code: second, isTrusted: false })),
  )
  expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
  const renewed = await post(ada, "/account/recovery-codes", { password: PASSWORD })
  expect(renewed.body.recoveryCodes).toHaveLength(10)
  const third = await passwordOf(parley)
  expect((await post(third, "/sign-in/code", { code: recoveryCodes[2], isTrusted: false })).status).toBe(401)
})

test("a trusted browser is asked for no code, until codes are turned off or the password is another", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const { secret } = await setUp(ada)
  const laptop = await passwordOf(parley)
  await post(laptop, "/sign-in/code", { code: codeOf(secret), isTrusted: true })
  await post(laptop, "/sign-out")
  expect((await post(laptop, "/sign-in", ADA)).body).toEqual({ needsCode: false })
  expect((await laptop.get("/me")).status).toBe(200)
  const password = "another password"
  const changed = await ada.ask("PUT", "/api/v1/account/password", {
    password: PASSWORD,
    newPassword: password,
  })
  expect(changed.status).toBe(200)
  expect((await post(laptop, "/sign-in", { ...ADA, password })).body).toEqual({ needsCode: true })
})

test("turning off takes the password, and so does everything that weakens", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  await setUp(ada)
  const wrong = { password: "not the password" }
  for (const [method, path] of [
    ["DELETE", "/account/two-factors"],
    ["POST", "/account/two-factors"],
    ["POST", "/account/recovery-codes"],
    ["POST", "/account/passkeys/options"],
    ["DELETE", "/account/passkeys/0199f3a0-5c1e-7d3a-9b1f-2f6c8a7e4d10"],
  ] as const)
    // Without PARLEY_URL there are no passkeys, which only who is himself is told.
    expect(await ada.ask(method, `/api/v1${path}`, wrong)).toMatchObject({
      body: { refusal: "wrong-password" },
    })
  expect((await ada.get("/account")).body).toMatchObject({ hasTwoFactors: true })
  // What is on already is not begun anew, which would lock him out.
  expect((await post(ada, "/account/two-factors", { password: PASSWORD })).body.refusal).toBe("not-allowed")
  expect((await ada.ask("DELETE", "/api/v1/account/two-factors", { password: PASSWORD })).status).toBe(200)
  expect((await ada.get("/me")).status).toBe(200)
  expect((await post(createPerson(parley.url), "/sign-in", ADA)).body).toEqual({ needsCode: false })
})

test("whoever has found an open desk cannot guess the password for long", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const tries = []
  for (let guess = 0; guess < 11; guess += 1)
    tries.push(
      (await ada.ask("DELETE", "/api/v1/account/two-factors", { password: `guess ${guess} of it` })).status,
    )
  expect(tries.at(-1)).toBe(429)
  // Counted together with those at the door.
  expect((await post(createPerson(parley.url), "/sign-in", ADA)).status).toBe(429)
})

test("a workspace that wants two factors is closed to who signs in without, and open to keys and who is in", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example", role: "admin" })
  const { body: made } = await bo.send("POST", "/api-keys", { name: "Robot" })
  expect((await bo.send("PUT", "/workspace/two-factors", { isOn: true })).status).toBe(403)
  expect((await ada.send("PUT", "/workspace/two-factors", { isOn: true })).status).toBe(200)
  expect((await bo.get("/me")).status).toBe(200)
  const again = createPerson(parley.url)
  expect((await post(again, "/sign-in", { email: "bo@acme.example", password: PASSWORD })).status).toBe(200)
  expect(await again.get("/me")).toMatchObject({ status: 403, body: { refusal: "two-factors-needed" } })
  expect((await again.get("/session")).body.workspaces).toMatchObject([{ needsTwoFactors: true }])
  expect((await createProgram(parley.url, String(made.key)).get("/me")).status).toBe(200)
  await setUp(again)
  expect((await again.get("/me")).status).toBe(200)
  expect((await again.get("/session")).body.workspaces).toMatchObject([{ needsTwoFactors: false }])
})

test("an admin resets a colleague's, but not his own, an owner's, or those of who belongs elsewhere, too", async () => {
  const parley = await startParley({ signup: "open" })
  const ada = await createOwner(parley.url)
  const bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example", role: "admin" })
  const cy = await createColleague(parley.url, ada, { name: "Cy", email: "cy@acme.example" })
  await setUp(cy)
  await setUp(ada)
  const { body: me } = await ada.get("/me")
  const list = async () => (await bo.get("/agents/two-factors")).body.agentIds
  expect(await list()).toHaveLength(2)
  expect((await cy.get("/agents/two-factors")).status).toBe(403)
  const reset = async (by: Person, agentId: unknown) =>
    (await by.send("DELETE", `/agents/${String(agentId)}/two-factors`)).status
  expect(await reset(cy, bo.agentId)).toBe(403)
  expect(await reset(bo, me.agentId)).toBe(403)
  expect(await reset(bo, bo.agentId)).toBe(403)
  expect(await reset(bo, cy.agentId)).toBe(200)
  expect(await list()).toEqual([me.agentId])
  const again = await post(createPerson(parley.url), "/sign-in", {
    email: "cy@acme.example",
    password: PASSWORD,
  })
  expect(again.body).toEqual({ needsCode: false })

  await post(cy, "/workspaces", { id: "0199f3a0-5c1e-7d3a-9b1f-2f6c8a7e4d10", company: "Cy's own" })
  await setUp(cy)
  expect(await reset(ada, cy.agentId)).toBe(403)
  expect(await list()).toHaveLength(2)
})

test("a disabled agent's codes open nothing of the workspace, and his way in is the same to look at", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example" })
  const { secret } = await setUp(bo)
  await ada.send("PATCH", `/agents/${bo.agentId}`, { isDisabled: true })
  const again = createPerson(parley.url)
  await post(again, "/sign-in", { email: "bo@acme.example", password: PASSWORD })
  expect((await post(again, "/sign-in/code", { code: codeOf(secret), isTrusted: false })).status).toBe(200)
  expect((await again.get("/me")).status).toBe(404)
})

test("an invitation is not accepted in the name of who has not shown his second factor", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  const bo = await createColleague(parley.url, ada, { name: "Bo", email: "bo@acme.example" })
  await setUp(bo)
  const { body } = await ada.send("POST", "/invitations", {})
  const token = String(body.link).split("/").at(-1)
  const thief = createPerson(parley.url)
  const person = { name: "Bo", email: "bo@acme.example", password: PASSWORD }
  expect(await post(thief, `/invitations/${token}/accept`, person)).toMatchObject({
    status: 401,
    body: { refusal: "code-needed" },
  })
  expect(thief.cookie()).not.toContain("session_token")
})

test("whoever holds the server turns them off, and no other page may ask", async () => {
  const parley = await startParley()
  const ada = await createOwner(parley.url)
  await setUp(ada)
  const foreign = { origin: "https://evil.example" }
  for (const path of ["/sign-in/code", "/account/two-factors", "/account/two-factors/confirm"])
    expect(
      (await ada.ask("POST", `/api/v1${path}`, { password: PASSWORD, code: "000000" }, foreign)).status,
    ).toBe(403)
  const identity = createIdentity({
    database: parley.database,
    log: quietLog,
    config: parley.database.config,
  })
  await identity.setPassword(ADA.email, "from the server", { endsTwoFactors: true })
  const signedIn = await post(createPerson(parley.url), "/sign-in", { ...ADA, password: "from the server" })
  expect(signedIn.body).toEqual({ needsCode: false })
  const { rows } = await sql`select 1 from identity.two_factor`.execute(parley.database.db)
  expect(rows).toEqual([])
})
