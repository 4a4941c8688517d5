import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { plainPicture, putPhoto } from "./uploading.ts"

let parley: Awaited<ReturnType<typeof openParley>>
let company: Company
let ada: Colleague
let bo: Colleague

beforeAll(async () => {
  parley = await openParley()
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
})
afterAll(() => parley.stop())

const of = (name: string) => ({ conversationId: company.customers.get(name)?.conversationId ?? "" })
const shown = async (name: string) => (await company.see(ada, name)).customer.photoId
const show = (name: string, photoId: string | null, by = ada) =>
  company.act(by, name, "customer/photo", { photoId })

async function put(name: string, color = "#345"): Promise<string> {
  await succeed(putPhoto(parley.url, ada, await plainPicture(color, 600, 400), { of: of(name) }))
  const photoId = await shown(name)
  expect(photoId).not.toBeNull()
  return photoId ?? ""
}

const get = (by: Colleague, name: string, photoId: string) =>
  fetch(`${parley.url}/api/v1/conversations/${of(name).conversationId}/customer/photo/${photoId}`, {
    headers: { cookie: by.cookie() },
  })

test("a photo is a small square, for those who see the conversation and as long as they do", async () => {
  const teamId = await company.makeTeam([ada], { name: "Sales" })
  await company.write("Vera", { at: await company.makeSource(teamId) })
  const photoId = await put("Vera")
  const response = await get(ada, "Vera", photoId)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "image/webp",
    "cache-control": "private, max-age=3600",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
  })
  expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({ width: 192, height: 192 })

  expect((await get(bo, "Vera", photoId)).status).toBe(404)
  const picture = await plainPicture("#543")
  expect((await putPhoto(parley.url, bo, picture, { of: of("Vera") })).status).toBe(404)
  await succeed(company.assign(ada, "Vera", { kind: "agent", agentId: bo.agentId }))
  expect((await get(bo, "Vera", photoId)).status).toBe(200)
  await succeed(company.assign(ada, "Vera", { kind: "nobody" }))
  expect((await get(bo, "Vera", photoId)).status).toBe(404)
})

test("it stands wherever the customer is listed or found", async () => {
  await company.write("Wim", { text: "Windows, please" })
  await succeed(company.act(ada, "Wim", "customer", { name: "Wim Wouters" }))
  const photoId = await put("Wim")
  const named = { name: "Wim Wouters", photoId }
  const { body: list } = await succeed(ada.get("/customers?find=wouters"))
  expect(list).toMatchObject({ customers: [named] })
  await expect
    .poll(async () => (await ada.get("/search?q=windows")).body)
    .toMatchObject({ entries: [{ customer: named }] })
  const { body: found } = await succeed(ada.get("/search?q=wouters"))
  expect(found).toMatchObject({ customers: [{ customer: named }] })
})

test("the one before can be shown again, one before that is gone, and another customer's is nobody else's", async () => {
  await company.write("Xenia")
  await company.write("Yusuf")
  const first = await put("Xenia", "#100")
  const second = await put("Xenia", "#200")
  expect((await get(ada, "Xenia", first)).status).toBe(404)
  await succeed(show("Xenia", null))
  expect((await get(ada, "Xenia", second)).status).toBe(404)
  await succeed(show("Xenia", first))
  expect((await get(ada, "Xenia", first)).status).toBe(200)
  const third = await put("Xenia", "#300")
  expect((await show("Xenia", second)).body).toMatchObject({ refusal: "not-found" })
  expect((await show("Yusuf", third)).body).toMatchObject({ refusal: "not-found" })
  expect((await show("Xenia", newId())).body).toMatchObject({ refusal: "not-found" })
  expect(await shown("Xenia")).toBe(third)
})

test("merged, the one who had none has the other's; two again, each has his own", async () => {
  await company.write("Zoe")
  await company.write("Zoe, too")
  const his = await put("Zoe, too")
  const otherId = of("Zoe, too").conversationId
  const { body } = await succeed(company.act(ada, "Zoe", "merges", { otherId }))
  expect(await shown("Zoe")).toBe(his)
  expect((await get(ada, "Zoe", his)).status).toBe(200)
  await succeed(show("Zoe", null))
  await succeed(show("Zoe", his))
  await succeed(company.act(ada, "Zoe", `merges/${String(body.mergeId)}/undo`))
  expect(await shown("Zoe")).toBeNull()
  expect((await get(ada, "Zoe, too", his)).status).toBe(200)
})

test("what is no picture is refused and changes nothing", async () => {
  await company.write("Ute")
  const photoId = await put("Ute")
  const text = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
  const answer = await putPhoto(parley.url, ada, text, { of: of("Ute") })
  expect(answer).toMatchObject({ status: 400, body: { refusal: "no-picture" } })
  expect(await shown("Ute")).toBe(photoId)
})
