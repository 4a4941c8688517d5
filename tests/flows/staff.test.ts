import { once } from "node:events"
import { sql } from "kysely"
import { describe, expect, test, vi } from "vitest"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { newId, snapshot } from "../../server/db/db.ts"
import { availableAgents, presence } from "../../server/team/team.ts"
import { settableClock } from "../harness/harness.ts"
import { agentRow, everyoneOf, jobsOf, parleysOf } from "./parleys.ts"
import { createColleague, createOwner, PASSWORD, type Person } from "./person.ts"

const clock = settableClock()
const startParley = parleysOf(clock)

/** An open desk, and how many milliseconds it stayed open. */
async function openDesk(
  url: string,
  person: Person,
): Promise<{ heard(): unknown[]; ended: Promise<number> }> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/stream`, {
    headers: { cookie: person.cookie(), origin: url },
  })
  const heard: unknown[] = []
  socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString())))
  await once(socket, "open")
  const begun = Date.now()
  socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL }))
  return { heard: () => heard, ended: once(socket, "close").then(() => Date.now() - begun) }
}

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
    const bosDesk = await openDesk(url, bo)
    await vi.waitFor(() =>
      expect(bosDesk.heard()).toContainEqual(expect.objectContaining({ kind: "welcome" })),
    )
    const command = { id: newId(), isDisabled: true }
    const disabled = await ada.send("PATCH", `/agents/${bo.agentId}`, command)
    expect(disabled.status).toBe(200)
    expect(await bosDesk.ended).toBeLessThan(10_000)
    expect(bosDesk.heard().at(-1)).toEqual({ kind: "bye", why: "signed-out" })
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

    const everyone = await ada.send("PATCH", `/teams/${await everyoneOf(parley)}`, {
      memberIds: [bo.agentId],
    })
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
    const teamId = await everyoneOf(parley)
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

    // Neither a clock put forward, nor hours in which nothing ran, nor a clock put back say that he is gone.
    await renew()
    clock.advance(2 * 60 * 60)
    await parley.runDueJobs()
    expect(await available()).toHaveLength(1)
    clock.advance(60)
    await renew()
    await parley.runDueJobs()
    expect(await available()).toHaveLength(1)
    clock.advance(-2 * 60 * 60)
    await parley.runDueJobs()
    expect(await available()).toHaveLength(1)
    // And nobody counts as connected for hours by that.
    for (const seconds of [6 * 60, 6 * 60 + 1]) {
      clock.advance(seconds)
      await parley.runDueJobs()
    }
    expect(await available()).toEqual([])

    // Who does not come back after hours in which nothing ran is found out soon.
    await renew()
    clock.advance(2 * 60 * 60)
    await parley.runDueJobs()
    clock.advance(76)
    await parley.runDueJobs()
    expect(await available()).toEqual([])
  })
})
