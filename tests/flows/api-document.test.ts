/** What is written about the API: the OpenAPI document, the page made of it, and docs/api.md. All of it must be so. */
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { newId } from "../../server/db/db.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"
import { createPerson, createProgram } from "./person.ts"

let company: Company
let stop: () => Promise<void>
let ada: Colleague
let program: ReturnType<typeof createProgram>

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  const { body } = await succeed(ada.send("POST", "/api-keys", { name: "Robot" }))
  program = createProgram(company.url, String(body.key))
})
afterAll(() => stop())

type Call = { method: string; path: string; body: object | undefined; hasKey: boolean }

/** What a shell would make of such a line, as far as these lines go. */
function callOf(text: string): Call {
  const line = text.replaceAll("\\\n", " ")
  const url = /"\$PARLEY([^"]*)"/.exec(line)?.[1]
  const data = /-d '([^]*)'\s*$/.exec(line)?.[1]
  if (!line.startsWith("curl") || url === undefined) throw new Error(`This is no call: ${text}`)
  return {
    method: /-X (\w+)/.exec(line)?.[1] ?? "GET",
    path: url,
    body: data === undefined ? undefined : z.record(z.string(), z.unknown()).parse(JSON.parse(data)),
    hasKey: line.includes('"Authorization: Bearer $KEY"'),
  }
}

/** Every field that is shown is there, and what is shown of it. */
function expectShown(answer: unknown, shown: unknown): void {
  if (shown === "…" || ["number", "boolean"].includes(typeof shown))
    return expect(typeof answer).toBe(typeof shown)
  if (Array.isArray(shown)) {
    const [one] = z.array(z.unknown()).min(1).parse(answer)
    return expectShown(one, shown[0])
  }
  if (typeof shown !== "object" || shown === null) return expect(answer).toBe(shown)
  for (const [name, value] of Object.entries(shown)) {
    expect(answer).toHaveProperty(name)
    expectShown(Object(answer)[name], value)
  }
}

test("the ten calls of docs/api.md do what they say, one after another", async () => {
  const { conversationId, lastEntryId } = await company.write("Ines")
  const { lastAddressId } = await company.see(ada, "Ines")
  const bo = await company.hire("Bo")
  const values: Record<string, string> = {
    CONVERSATION: conversationId,
    ADDRESS: String(lastAddressId),
    ENTRY: lastEntryId,
    AGENT: bo.agentId,
    ME: ada.agentId,
  }
  const text = readFileSync("docs/api.md", "utf8")
  const parts = text.split(/^## \d+\. /m).slice(1)
  expect(parts).toHaveLength(10)
  for (const part of parts) {
    const [, shell = ""] = /```sh\n([^]*?)\n```/.exec(part) ?? []
    const filled = shell
      .replace(/'?\$\(uuidgen\)'?/g, () => newId())
      .replace(/'?\$([A-Z]+)'?/g, (whole, name: string) => values[name] ?? whole)
    const { method, path, body } = callOf(filled)
    const answer = await program.ask(method, path, body)
    expect(answer.status, `${part}\n${JSON.stringify(answer.body)}`).toBe(200)
    const [, shown] = /```json\n([^]*?)\n```/.exec(part) ?? []
    if (shown !== undefined) expectShown(answer.body, JSON.parse(shown))
  }
  const said = (await company.timeline(ada, "Ines")).map(({ body }) => body.type)
  expect(said).toEqual(expect.arrayContaining(["message", "note", "event"]))
  expect(await company.see(ada, "Ines")).toMatchObject({ isOpen: false, assigneeId: bo.agentId })
})

const documented = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        summary: z.string().min(1),
        tags: z.array(z.string()).length(1),
        security: z.array(z.unknown()),
        responses: z.record(z.string(), z.object({ description: z.string() })),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})

test("every route under /api/v1 has its name and place in the document, and says who may ask", async () => {
  const { body } = await createPerson(company.url).ask("GET", "/api/openapi.json")
  const { paths, components } = documented.parse(body)
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const names = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ summary }) => summary),
  )
  expect(new Set(names).size).toBe(routes.length)
  expect(routes).toEqual(expect.arrayContaining(["GET /api/v1/me", "GET /api/v1/files/{fileId}"]))
  const text = JSON.stringify(body)
  expect(text).not.toContain("Default Response")
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(components.schemas).toHaveProperty(name)
})

async function readPage(): Promise<{ text: string; policy: string }> {
  const response = await fetch(`${company.url}/api`)
  expect(response.status).toBe(200)
  return { text: await response.text(), policy: response.headers.get("content-security-policy") ?? "" }
}

test("the page shows every operation of the document, lets nothing run, and its links lead somewhere", async () => {
  const { text, policy } = await readPage()
  const { body } = await createPerson(company.url).ask("GET", "/api/openapi.json")
  for (const methods of Object.values(documented.parse(body).paths))
    for (const { summary } of Object.values(methods))
      expect(text).toContain(`>${summary.replace(/'/g, "&#39;")}<`)
  expect(text).not.toMatch(/<script|undefined|\[object/)
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /)
  const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, name]) => name))
  const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, name]) => name)
  expect(links.length).toBeGreaterThan(100)
  expect(links.filter((name) => !ids.has(name))).toEqual([])
  expect(Buffer.byteLength(text)).toBeLessThan(200_000)
})

test("every example on the page is well-formed, and is let in with a key unless it says otherwise", async () => {
  const { text } = await readPage()
  const examples = [...text.matchAll(/<pre tabindex="0">(curl [^<]*)<\/pre>/g)].map(([, line = ""]) =>
    line.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
  )
  expect(examples.length).toBeGreaterThan(50)
  for (const example of examples) {
    const { method, path, body, hasKey } = callOf(example)
    const caller = hasKey ? program : createPerson(company.url)
    // One id never stands for two commands.
    const sent = body && "id" in body ? { ...body, id: newId() } : body
    const { status, body: answer } = await caller.ask(method, path, sent)
    const isMeant = hasKey ? [200, 403, 404, 409] : [200, 401, 403, 404, 409, 410]
    expect(isMeant, `${example} was answered ${status} ${JSON.stringify(answer)}`).toContain(status)
  }
})
