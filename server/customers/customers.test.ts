import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId, stamp, transaction } from "../db/db.ts"
import { createTestDatabase, type TestDatabase } from "../../tests/harness/harness.ts"
import {
  claimAddresses,
  findAddress,
  markSeen,
  markSeenByAgent,
  placeOfIp,
  placeOfNumber,
  setConsent,
} from "./customers.ts"

let database: TestDatabase
const workspaceId = newId()
const sourceId = newId()

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.close())

const minute = (count: number) => stamp(new Date(Date.UTC(2026, 0, 1, 12, count)))

const claim = (value: string, profile = {}, at = minute(0)) =>
  transaction(database.db, (tx) =>
    claimAddresses(tx, { workspaceId, at }, [{ sourceId, channel: "sms", value, display: value, profile }]),
  ).then(({ value: [claimed] }) => {
    if (claimed === undefined) throw new Error("No address was claimed.")
    return claimed
  })

test("many messages of a new number at the same moment make one customer", async () => {
  const claims = await Promise.all(Array.from({ length: 12 }, () => claim("+33612345678", { country: "FR" })))
  expect(new Set(claims.map((claimed) => claimed.customerId)).size).toBe(1)
  expect(new Set(claims.map((claimed) => claimed.addressId)).size).toBe(1)
  expect(claims.filter((claimed) => claimed.isNew)).toHaveLength(1)
  const { rows } = await sql<{ id: string; country: string }>`select id, country from customers`.execute(
    database.db,
  )
  expect(rows).toEqual([{ id: claims[0]?.customerId, country: "FR" }])
})

test("the same value at another source is another address", async () => {
  const here = await claim("+33600000001")
  const { value: there } = await transaction(database.db, (tx) =>
    claimAddresses(tx, { workspaceId, at: minute(0) }, [
      { sourceId: newId(), channel: "sms", value: "+33600000001", display: "", profile: {} },
    ]),
  )
  expect(there[0]?.customerId).not.toBe(here.customerId)
})

test("what is newly known of a customer is added, what was known stays", async () => {
  const { customerId } = await claim("+33600000002", { country: "FR", city: "Lyon" })
  await claim("+33600000002", { country: "DE", city: "Berlin", language: "fr" }, minute(5))
  const { rows } = await sql`
    select city, country, language from customers where id = ${customerId}`.execute(database.db)
  expect(rows).toEqual([{ city: "Lyon", country: "FR", language: "fr" }])
})

test("several are claimed at once, known ones and new ones, each as its own", async () => {
  const known = await claim("+33600000006")
  const wanted = ["+33600000008", "+33600000006", "+33600000007"].map((value) => ({
    sourceId,
    channel: "sms" as const,
    value,
    display: value,
    profile: { country: "FR" },
  }))
  const claimAll = () =>
    transaction(database.db, (tx) => claimAddresses(tx, { workspaceId, at: minute(1) }, wanted))
  const [{ value: first }, { value: second }] = [await claimAll(), await claimAll()]
  expect(first.map(({ isNew }) => isNew)).toEqual([true, false, true])
  expect(first[1]).toEqual({ ...known, isNew: false })
  expect(second).toEqual(first.map((claimed) => ({ ...claimed, isNew: false })))
  const { rows } = await sql<{ country: string; at: string }>`
    select c.country, a.last_used_at as at from addresses a join customers c on c.id = a.customer_id
     where a.value = any(${wanted.map(({ value }) => value)}::text[])`.execute(database.db)
  expect(rows).toEqual(wanted.map(() => ({ country: "FR", at: minute(1) })))
})

test("an address is found by id and by value, in its own workspace only", async () => {
  const { addressId } = await claim("+33600000003")
  const { db } = database
  expect((await findAddress(db, workspaceId, { sourceId, value: "+33600000003" }))?.id).toBe(addressId)
  expect((await findAddress(db, workspaceId, addressId))?.value).toBe("+33600000003")
  expect(await findAddress(db, newId(), addressId)).toBeUndefined()
})

test("saying STOP twice is one change, and START undoes it", async () => {
  const { addressId } = await claim("+33600000004")
  const say = sayingAt(addressId)
  expect([
    await say("opted-out", 1),
    await say("opted-out", 2),
    await say("opted-in", 3),
    await say("opted-in", 4),
  ]).toEqual([true, false, true, false])
})

test("a word of consent that is learned late does not undo a later one", async () => {
  const { addressId } = await claim("+33600000014")
  const say = sayingAt(addressId)
  const isOut = async () => (await findAddress(database.db, workspaceId, addressId))?.optedOutAt !== null
  // Nothing to change, and yet it is what he said last.
  expect([await say("opted-in", 2), await say("opted-out", 1), await isOut()]).toEqual([false, false, false])
  expect([await say("opted-out", 4), await say("opted-in", 3), await isOut()]).toEqual([true, false, true])
  expect([await say("opted-in", 4), await isOut()]).toEqual([true, false])
})

function sayingAt(addressId: string) {
  return (consent: "opted-out" | "opted-in", at: number) =>
    transaction(database.db, (tx) =>
      setConsent(tx, workspaceId, addressId, { consent, at: minute(at) }),
    ).then(({ value }) => value)
}

test("marks of what was seen never move back", async () => {
  const { addressId } = await claim("+33600000005")
  await transaction(database.db, async (tx) => {
    expect(await markSeen(tx, workspaceId, addressId, minute(5))).toBe(true)
    expect(await markSeen(tx, workspaceId, addressId, minute(4))).toBe(false)
    expect(await markSeenByAgent(tx, workspaceId, [addressId], minute(5))).toEqual([addressId])
    expect(await markSeenByAgent(tx, workspaceId, [addressId], minute(5))).toEqual([])
  })
  expect(await findAddress(database.db, workspaceId, addressId)).toMatchObject({
    seenAt: minute(5),
    agentSeenAt: minute(5),
  })
})

test("a public address has a place; one inside a house has none, nor has nonsense", () => {
  expect(placeOfIp("81.2.69.142")).toEqual({ city: "London", country: "GB" })
  expect(placeOfIp("::ffff:81.2.69.142")).toEqual({ city: "London", country: "GB" })
  expect(placeOfIp("2a02:c7f::1").country).toBe("GB")
  for (const inside of ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "fe80::1", "unknown", ""])
    expect(placeOfIp(inside)).toEqual({ city: null, country: null })
})

test("a number has a country, also where several share a code", () => {
  expect(placeOfNumber("+33612345678").country).toBe("FR")
  expect(placeOfNumber("+12125550123").country).toBe("US")
  expect(placeOfNumber("+14165550123").country).toBe("CA")
  expect(placeOfNumber("+80012345678").country).toBeNull()
  expect(placeOfNumber("12345").country).toBeNull()
})
