import { once } from "node:events"
import { sql } from "kysely"
import { SMTPServer } from "smtp-server"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { newId, snapshot } from "../../server/db/db.ts"
import type { Config } from "../../server/config/config.ts"
import { start, type Parley } from "../../server/main.ts"
import { availableAgents, createIdentity, presence, teamLoaders } from "../../server/team/team.ts"
import { createTestDatabase, quietLog, settableClock, type TestDatabase } from "../harness/harness.ts"
import { createColleague, createOwner, createPerson, PASSWORD } from "./person.ts"

const clock = settableClock()
const opened: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const close of opened.toReversed()) await close()
})

async function startParley(overrides: Partial<Config> = {}): Promise<Parley & { database: TestDatabase }> {
  const database = await createTestDatabase()
  // Jobs run when a test says so.
  const roles = new Set(["http", "stream"] as const)
  const parley = await start({ ...database.config, roles, ...overrides }, { clock })
  opened.push(
    () => database.close(),
    () => parley.stop(),
  )
  return { ...parley, database }
}

/** What stands in the table `jobs` under the name, soonest first. */
async function jobsOf(parley: Parley, name: string): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<{ payload: Record<string, unknown> }>`
    select payload from jobs where name = ${name} order by run_at, position`.execute(parley.database.db)
  return rows.map(({ payload }) => payload)
}

async function agentRow(
  parley: Parley,
  workspaceId: string,
  agentId: string,
): Promise<Record<string, unknown>> {
  const loader = teamLoaders.find(({ kind }) => kind === "agent")
  const reader = { workspaceId, agentId, keys: new Set<string>() }
  const loaded = await snapshot(
    parley.database.db,
    (tx) => loader?.load(tx, workspaceId, [agentId], [reader]) ?? Promise.reject(new Error("no loader")),
  )
  return { ...loaded.get(agentId)?.get(agentId) }
}

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
  let parley: Parley
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

describe("roles", () => {
  test("keep owners out of admins' reach, and one owner in every workspace", async () => {
    const { url } = await startParley()
    const ada = await createOwner(url)
    const bo = await createColleague(url, ada, { name: "Bo", email: "bo@acme.example", role: "admin" })
    const cy = await createColleague(url, ada, { name: "Cy", email: "cy@acme.example" })
    const adaId = Object(Object((await ada.get("/session")).body.workspaces)[0]).agentId
    const refusal = async (asked: Promise<{ body: Record<string, unknown> }>) => (await asked).body.refusal

    expect(await refusal(cy.send("PATCH", `/agents/${bo.agentId}`, { role: "agent" }))).toBe("not-allowed")
    expect(await refusal(bo.send("PATCH", `/agents/${adaId}`, { isDisabled: true }))).toBe("not-allowed")
    expect(await refusal(bo.send("PATCH", `/agents/${cy.agentId}`, { role: "owner" }))).toBe("not-allowed")
    expect(await refusal(ada.send("PATCH", `/agents/${adaId}`, { role: "agent" }))).toBe("last-owner")
    expect(await refusal(ada.send("PATCH", `/agents/${adaId}`, { isDisabled: true }))).toBe("last-owner")
    expect(await refusal(ada.send("PATCH", `/agents/${newId()}`, { role: "agent" }))).toBe("not-found")
    expect((await bo.send("PATCH", `/agents/${cy.agentId}`, { role: "admin", capacity: 3 })).status).toBe(200)
    expect((await cy.get("/invitations")).status).toBe(200)

    // Two owners who demote each other at the same moment: one of them stays.
    await ada.send("PATCH", `/agents/${bo.agentId}`, { role: "owner" })
    const both = await Promise.all([
      ada.send("PATCH", `/agents/${bo.agentId}`, { role: "agent" }),
      bo.send("PATCH", `/agents/${adaId}`, { role: "agent" }),
    ])
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test("a disabled agent is out at once and comes back when enabled", async () => {
    const parley = await startParley()
    const { url } = parley
    const ada = await createOwner(url)
    const bo = await createColleague(url, ada, { name: "Bo", email: "bo@acme.example" })
    await presence.renewPresence(parley.sync, ada.workspaceId, [bo.agentId])
    const command = { id: newId(), isDisabled: true }
    const disabled = await ada.send("PATCH", `/agents/${bo.agentId}`, command)
    expect(disabled.status).toBe(200)
    expect((await ada.send("PATCH", `/agents/${bo.agentId}`, command)).body).toEqual(disabled.body)
    expect((await bo.send("PATCH", "/me", { name: "Bo again" })).status).not.toBe(200)
    expect(await jobsOf(parley, "release-agent")).toEqual([
      { agentId: bo.agentId, why: "disabled", teamId: null },
    ])
    const { rows } =
      await sql`select id from identity.session s where s."userId" = (select user_id from agents where id = ${bo.agentId})`.execute(
        parley.database.db,
      )
    expect(rows).toEqual([])

    await ada.send("PATCH", `/agents/${bo.agentId}`, { isDisabled: false })
    await bo.ask("POST", "/api/v1/sign-in", { email: "bo@acme.example", password: PASSWORD })
    expect((await bo.send("PATCH", "/me", { name: "Bo again" })).status).toBe(200)
    expect(await agentRow(parley, ada.workspaceId, bo.agentId)).toMatchObject({
      name: "Bo again",
      isDisabled: false,
      isAvailable: false,
    })
  })
})

describe("teams", () => {
  test("have the members that admins give them; Everyone has everyone", async () => {
    const parley = await startParley()
    const { url } = parley
    const ada = await createOwner(url)
    const bo = await createColleague(url, ada, { name: "Bo", email: "bo@acme.example" })
    const teamId = newId()
    expect(
      await ada.send("POST", "/teams", { id: teamId, name: "Sales", memberIds: [bo.agentId] }),
    ).toMatchObject({ status: 200, body: { id: teamId } })
    expect((await ada.send("POST", "/teams", { name: "Strange", memberIds: [newId()] })).status).toBe(404)
    expect((await bo.send("POST", "/teams", { name: "Mine", memberIds: [] })).status).toBe(403)
    expect((await bo.send("PUT", `/me/teams/${teamId}`, { isOff: true })).status).toBe(200)
    expect(await agentRow(parley, ada.workspaceId, bo.agentId)).toMatchObject({ teamsOff: [teamId] })
    expect(
      (
        await ada.send("PATCH", `/teams/${teamId}`, {
          name: "Sellers",
          deliveryMode: "queue",
          offerSeconds: 30,
          memberIds: [],
        })
      ).status,
    ).toBe(200)
    expect(await agentRow(parley, ada.workspaceId, bo.agentId)).toMatchObject({ teamsOff: [] })
    expect((await bo.send("PUT", `/me/teams/${teamId}`, { isOff: true })).status).toBe(404)
    expect(await jobsOf(parley, "release-agent")).toContainEqual({
      agentId: bo.agentId,
      why: "left-team",
      teamId,
    })

    const { rows } = await sql<{ id: string }>`select id from teams where is_everyone`.execute(
      parley.database.db,
    )
    const everyone = await ada.send("PATCH", `/teams/${rows[0]?.id}`, { memberIds: [bo.agentId] })
    expect(everyone).toMatchObject({ status: 409, body: { refusal: "team-needed" } })
    expect((await ada.send("PATCH", "/workspace", { name: "Acme & Co" })).status).toBe(200)
    expect((await bo.send("PATCH", "/workspace", { name: "Bo's" })).status).toBe(403)
  })
})

describe("availability", () => {
  test("ends by hand, by a team switched off, and by itself after five minutes without an app", async () => {
    const parley = await startParley()
    const { url, sync, database } = parley
    const ada = await createOwner(url)
    const { workspaceId } = ada
    const bo = await createColleague(url, ada, { name: "Bo", email: "bo@acme.example" })
    const { rows } = await sql<{ id: string }>`select id from teams where is_everyone`.execute(database.db)
    const teamId = rows[0]?.id ?? ""
    const available = () => snapshot(database.db, (tx) => availableAgents(tx, workspaceId, teamId))
    const renew = () => presence.renewPresence(sync, workspaceId, [bo.agentId])

    expect(await available()).toEqual([])
    await renew()
    expect(await available()).toEqual([{ agentId: bo.agentId, capacity: null }])
    await bo.send("PUT", "/me/availability", { awayByHand: true })
    expect(await available()).toEqual([])
    expect(await jobsOf(parley, "release-agent")).toEqual([
      { agentId: bo.agentId, why: "away", teamId: null },
    ])
    await renew()
    expect(await available()).toEqual([])
    await bo.send("PUT", "/me/availability", { awayByHand: false })
    await bo.send("PUT", `/me/teams/${teamId}`, { isOff: true })
    expect(await available()).toEqual([])
    await bo.send("PUT", `/me/teams/${teamId}`, { isOff: false })

    // Connected for ten minutes.
    for (let minute = 0; minute < 10; minute += 1) {
      clock.advance(60)
      await renew()
      await parley.runDueJobs()
    }
    expect(await available()).toHaveLength(1)
    await presence.connectionClosed(sync, workspaceId, bo.agentId)
    clock.advance(4 * 60 + 59)
    await parley.runDueJobs()
    expect(await available()).toHaveLength(1)
    clock.advance(2)
    await parley.runDueJobs()
    expect(await available()).toEqual([])
    await renew()
    expect(await available()).toHaveLength(1)

    // A process that died said nothing when its connections closed.
    clock.advance(6 * 60 + 1)
    await parley.runDueJobs()
    expect(await available()).toEqual([])
  })
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

describe("stopping", () => {
  test("finishes what is in flight and says goodbye to sockets", async () => {
    const database = await createTestDatabase()
    opened.push(() => database.close())
    const parley = await start(database.config, { clock })
    const ada = await createOwner(parley.url)
    const address = `${parley.url.replace("http", "ws")}/api/v1/stream?workspace=${ada.workspaceId}`
    const socket = new WebSocket(address, { headers: { cookie: ada.cookie(), origin: parley.url } })
    const heard: unknown[] = []
    socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString())))
    await once(socket, "open")
    socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL }))
    await vi.waitFor(() => expect(heard).toContainEqual(expect.objectContaining({ kind: "welcome" })))

    // The command waits for this table until the server has begun to stop.
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const holding = database.db.transaction().execute(async (tx) => {
      await sql`lock table inbox_preferences`.execute(tx)
      await released
    })
    const asked = ada.send("PUT", "/me/inboxes/me", { preference: { order: "oldest" } })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const stopped = parley.stop()
    await once(socket, "close")
    expect(heard.at(-1)).toEqual({ kind: "bye", why: "stopping" })
    release()
    await holding
    expect((await asked).status).toBe(200)
    await stopped
    await expect(fetch(`${parley.url}/healthz`)).rejects.toThrow("fetch failed")
  })
})

test("healthz answers, and unknown things are not found", async () => {
  const { url } = await startParley()
  const anyone = createPerson(url)
  expect(await anyone.ask("GET", "/healthz")).toMatchObject({ status: 200, body: { ok: true } })
  expect((await anyone.get("/nothing")).status).toBe(404)
  expect(Object.keys(Object((await anyone.ask("GET", "/api/openapi.json")).body.paths))).toContain(
    "/api/v1/sign-in",
  )
})
