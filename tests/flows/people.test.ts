import { sql } from "kysely"
import { beforeAll, describe, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { settableClock } from "../harness/harness.ts"
import { parleysOf, type RunningParley } from "./parleys.ts"
import { createColleague, createOwner, createPerson, PASSWORD } from "./person.ts"

const clock = settableClock()
const startParley = parleysOf(clock)

describe("the first start", () => {
  test("asks for a workspace, makes it with its owner and is over for everyone else", async () => {
    const { url } = await startParley()
    const ada = createPerson(url)
    expect((await ada.get("/session")).body).toMatchObject({
      needsFirstWorkspace: true,
      user: null,
      workspaces: [],
    })

    const id = newId()
    const made = await ada.send("POST", "/workspaces", {
      id,
      company: " Acme ",
      name: "Ada Byron",
      email: "Ada@Acme.example",
      password: PASSWORD,
    })
    expect(made).toMatchObject({ status: 200, body: { workspaceId: id } })
    expect((await ada.get("/session")).body).toMatchObject({
      needsFirstWorkspace: false,
      user: { name: "Ada Byron", email: "ada@acme.example" },
      workspaces: [{ id, name: "Acme" }],
    })
    const again = await ada.send("POST", "/workspaces", { id, company: "Acme" })
    expect(again).toMatchObject({ status: 200, body: { workspaceId: id } })

    const eve = createPerson(url)
    const person = { company: "Evil", name: "Eve", email: "eve@evil.example", password: PASSWORD }
    expect(await eve.send("POST", "/workspaces", person)).toMatchObject({
      status: 403,
      body: { refusal: "signup-closed" },
    })
    expect(
      (await eve.ask("POST", "/api/v1/sign-in", { email: person.email, password: PASSWORD })).status,
    ).toBe(401)
    expect(await ada.send("POST", "/workspaces", { company: "Second" })).toMatchObject({
      body: { refusal: "signup-closed" },
    })
  })

  test("goes on where it stopped after the account was made", async () => {
    const { url, database } = await startParley()
    const ada = createPerson(url)
    const person = { company: "Acme", name: "Ada", email: "ada@acme.example", password: PASSWORD }
    await sql`alter table teams rename to teams_away`.execute(database.db)
    expect((await ada.send("POST", "/workspaces", person)).status).toBe(500)
    await sql`alter table teams_away rename to teams`.execute(database.db)

    const stranger = createPerson(url)
    const guess = await stranger.send("POST", "/workspaces", { ...person, password: "another password" })
    expect(guess).toMatchObject({ status: 409, body: { refusal: "email-taken" } })
    const elsewhere = createPerson(url)
    expect((await elsewhere.send("POST", "/workspaces", person)).status).toBe(200)
    expect((await elsewhere.get("/session")).body).toMatchObject({ workspaces: [{ name: "Acme" }] })
  })

  test("of two first visitors one gets the workspace", async () => {
    const { url } = await startParley()
    const answers = await Promise.all(
      ["one", "two", "three"].map((name) =>
        createPerson(url).send("POST", "/workspaces", {
          company: name,
          name,
          email: `${name}@x.example`,
          password: PASSWORD,
        }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403, 403])
  })

  test("says what is wrong with what was typed", async () => {
    const { url } = await startParley()
    const ada = createPerson(url)
    const person = { company: "Acme", name: "Ada", email: "ada@acme.example", password: "short" }
    expect(await ada.send("POST", "/workspaces", person)).toMatchObject({
      status: 400,
      body: { refusal: "password-too-short" },
    })
    expect(
      await ada.send("POST", "/workspaces", { ...person, email: "ada", password: PASSWORD }),
    ).toMatchObject({
      status: 400,
      body: { refusal: "invalid-input", details: { fields: [{ field: "email" }] } },
    })
    expect(await ada.send("POST", "/workspaces", { company: "Acme" })).toMatchObject({ status: 401 })
  })
})

describe("signing in and out", () => {
  let parley: RunningParley
  beforeAll(async () => {
    parley = await startParley({ trustedProxies: ["127.0.0.1"] })
    await createOwner(parley.url)
  })

  test("needs the right password, and a signed-out session is over", async () => {
    const ada = createPerson(parley.url)
    const wrong = await ada.ask("POST", "/api/v1/sign-in", { email: "ada@acme.example", password: "wrong" })
    expect(wrong).toMatchObject({ status: 401, body: { refusal: "wrong-credentials" } })
    expect(
      (await ada.ask("POST", "/api/v1/sign-in", { email: "ADA@acme.example", password: PASSWORD })).status,
    ).toBe(200)
    expect((await ada.get("/invitations")).status).toBe(200)
    const stolen = { cookie: ada.cookie() }
    expect((await ada.ask("POST", "/api/v1/sign-out", {})).status).toBe(200)
    expect(ada.cookie()).toBe("")
    expect((await createPerson(parley.url).ask("GET", "/api/v1/invitations", undefined, stolen)).status).toBe(
      401,
    )
  })

  test("uses Secure cookies over https and only there", async () => {
    const credentials = { email: "ada@acme.example", password: PASSWORD }
    const plain = await createPerson(parley.url).ask("POST", "/api/v1/sign-in", credentials)
    expect(plain.headers.getSetCookie().join()).not.toMatch(/secure/i)
    const host = new URL(parley.url).host
    const proxied = { "x-forwarded-proto": "https", origin: `https://${host}` }
    const safe = await createPerson(parley.url).ask("POST", "/api/v1/sign-in", credentials, proxied)
    expect(safe.headers.getSetCookie().join()).toMatch(/HttpOnly; SameSite=Lax; Secure/)
  })

  test("is limited per address and e-mail, so that guessing locks nobody else out", async () => {
    const guess = (ip: string, email: string, password = "wrong") =>
      createPerson(parley.url).ask("POST", "/api/v1/sign-in", { email, password }, { "x-forwarded-for": ip })
    for (let round = 0; round < 10; round += 1)
      expect((await guess("203.0.113.7", "ada@acme.example")).status).toBe(401)
    expect(await guess("203.0.113.7", "ada@acme.example", PASSWORD)).toMatchObject({
      status: 429,
      body: { refusal: "too-often" },
    })
    expect((await guess("203.0.113.8", "ada@acme.example", PASSWORD)).status).toBe(200)
    expect((await guess("203.0.113.7", "bo@acme.example")).status).toBe(401)
  })

  test("is refused from other websites", async () => {
    const credentials = { email: "ada@acme.example", password: PASSWORD }
    const elsewhere = { origin: "https://evil.example" }
    const refused = await createPerson(parley.url).ask("POST", "/api/v1/sign-in", credentials, elsewhere)
    expect(refused).toMatchObject({ status: 403, body: { refusal: "wrong-origin" } })
    const form = { origin: "null", "content-type": "text/plain" }
    expect((await createPerson(parley.url).ask("POST", "/api/v1/sign-in", credentials, form)).status).toBe(
      403,
    )
  })
})

describe("invitations", () => {
  test("make an agent of whoever has the link, once", async () => {
    const parley = await startParley()
    const { url } = parley
    const ada = await createOwner(url)
    const id = newId()
    const invited = await ada.send("POST", "/invitations", { id, role: "admin", email: "bo@acme.example" })
    expect(invited).toMatchObject({ status: 200, body: { id, isMailed: false } })
    const repeated = await ada.send("POST", "/invitations", { id, role: "admin", email: "bo@acme.example" })
    expect(repeated.body).toEqual(invited.body)
    const token = new URL(String(invited.body.link)).pathname.replace("/invitation/", "")
    expect(
      JSON.stringify((await sql`select * from invitations, commands`.execute(parley.database.db)).rows),
    ).not.toContain(token)

    const bo = createPerson(url)
    expect((await bo.get(`/invitations/${token}`)).body).toEqual({
      company: "Acme",
      invitedBy: "Ada Byron",
      email: "bo@acme.example",
    })
    const accepted = await bo.send("POST", `/invitations/${token}/accept`, { name: "Bo", password: PASSWORD })
    expect(accepted).toMatchObject({ status: 200, body: { workspaceId: ada.workspaceId } })
    expect((await bo.send("POST", `/invitations/${token}/accept`)).body).toEqual(accepted.body)
    expect((await bo.get("/invitations")).body).toEqual({ invitations: [] })

    const eve = createPerson(url)
    const late = await eve.send("POST", `/invitations/${token}/accept`, {
      name: "Eve",
      email: "eve@x.example",
      password: PASSWORD,
    })
    expect(late).toMatchObject({ status: 410, body: { refusal: "invitation-over" } })
  })

  test("end by being withdrawn or too old, and are an admin's to give", async () => {
    const { url } = await startParley()
    const ada = await createOwner(url)
    const bo = await createColleague(url, ada, { name: "Bo", email: "bo@acme.example" })
    expect(await bo.send("POST", "/invitations")).toMatchObject({
      status: 403,
      body: { refusal: "not-allowed" },
    })
    expect((await bo.get("/invitations")).status).toBe(403)

    const one = (await ada.send("POST", "/invitations")).body
    const two = (await ada.send("POST", "/invitations")).body
    expect((await ada.get("/invitations")).body.invitations).toHaveLength(2)
    expect((await ada.send("DELETE", `/invitations/${String(one.id)}`)).status).toBe(200)
    clock.advance(8 * 24 * 3600)
    for (const { link } of [one, two]) {
      const token = String(link).split("/").at(-1)
      expect((await createPerson(url).get(`/invitations/${token}`)).status).toBe(410)
    }
    expect((await ada.get("/invitations")).body).toEqual({ invitations: [] })
  })

  test("let one person belong to several workspaces, which stay apart", async () => {
    const { url } = await startParley({ signup: "open" })
    const ada = await createOwner(url)
    const eve = await createOwner(url, "eve@other.example")
    const { body } = await eve.send("POST", "/invitations")
    const token = String(body.link).split("/").at(-1)
    expect((await ada.send("POST", `/invitations/${token}/accept`)).body).toEqual({
      workspaceId: eve.workspaceId,
    })
    expect((await ada.get("/session")).body.workspaces).toMatchObject([
      { id: ada.workspaceId },
      { id: eve.workspaceId },
    ])

    const nameless = createPerson(url)
    await nameless.ask("POST", "/api/v1/sign-in", { email: "ada@acme.example", password: PASSWORD })
    expect((await nameless.get("/invitations")).status).toBe(404)
    expect((await ada.get("/invitations")).status).toBe(200)
    ada.enter(eve.workspaceId)
    expect((await ada.get("/invitations")).status).toBe(403)
    eve.enter(ada.workspaceId)
    expect((await eve.get("/invitations")).status).toBe(404)
    const own = await ada.send("POST", `/invitations/${token}/accept`)
    expect(own.status).toBe(200)
    const another = String((await (eve.enter(eve.workspaceId), eve).send("POST", "/invitations")).body.link)
      .split("/")
      .at(-1)
    expect(await ada.send("POST", `/invitations/${another}/accept`)).toMatchObject({
      status: 409,
      body: { refusal: "already-member" },
    })
  })
})
