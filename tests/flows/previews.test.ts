/** Link previews: what is shown, what is never asked, and what a hostile page or name gets out of it: nothing. */
import { gzipSync } from "node:zlib"
import { sql } from "kysely"
import sharp from "sharp"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { LinkPreview } from "../../protocol/rows.ts"
import { newId } from "../../server/db/db.ts"
import { trimPreviews } from "../../server/previews/previews.ts"
import { openSmallWeb, type SmallWeb } from "../harness/small-web.ts"
import { createCompany, openParley, succeed, type Colleague, type Company } from "./company.ts"

let web: SmallWeb
let company: Company
let stop: () => Promise<void>
let ada: Colleague
let bo: Colleague
let number = 0

beforeAll(async () => {
  web = await openSmallWeb()
  const parley = await openParley({ publicUrl: `http://desk.example:${web.port}` }, web.web)
  stop = parley.stop
  company = await createCompany(parley)
  ada = await company.hire("Ada", { role: "admin" })
  bo = await company.hire("Bo")
})
afterAll(async () => {
  await stop()
  await web.close()
})
beforeEach(() => {
  web.asked.length = 0
})

async function previewOf(name: string): Promise<LinkPreview | null> {
  const bodies = (await company.timeline(ada, name)).map(({ body }) => body)
  const body = bodies.findLast(({ type }) => type !== "event")
  return body?.type === "message" || body?.type === "note" ? body.preview : null
}

/** A new customer writes; what his message shows when all is done. */
async function shown(text: string): Promise<LinkPreview | null> {
  number += 1
  const name = `Customer ${number}`
  await company.write(name, { text })
  await company.runDueJobs()
  return previewOf(name)
}

const pictureOf = (agent: Colleague, entryId: string) =>
  fetch(`${company.url}/api/v1/entries/${entryId}/preview-picture`, { headers: { cookie: agent.cookie() } })

const page = (title: string, more = "") => `<!doctype html><head><title>${title}</title>${more}</head><p>Hi`
const redirect = (location: string) => (_: unknown, response: { writeHead: Function }) =>
  response.writeHead(302, { location }).end()

test("a message shows what the first page it names says of itself, with its picture made anew", async () => {
  const large = await sharp({ create: { width: 1200, height: 630, channels: 3, background: "#246" } })
    .withMetadata({ exif: { IFD0: { Copyright: "not for you" } } })
    .jpeg()
    .toBuffer()
  web.put("shop.example/large.jpg", (_, response) =>
    response.writeHead(200, { "content-type": "image/jpeg" }).end(large),
  )
  web.put(
    "shop.example/boots",
    page(
      "Ignored",
      `<meta property="og:title" content="Boots &amp; shoes"><meta name=description content='Made to
       last &#8212; for &quot;years&quot;'><meta property="og:image" content="/large.jpg">`,
    ),
  )
  const address = web.at("shop.example/boots")
  const { lastEntryId } = await company.write("Ines", { text: `Do you have ${address}?` })
  const before = await company.timeline(ada, "Ines")
  expect(before[0]?.body).toMatchObject({ preview: null })
  await company.runDueJobs()
  expect(await previewOf("Ines")).toEqual({
    address,
    title: "Boots & shoes",
    description: 'Made to last — for "years"',
    hasPicture: true,
  })
  expect(web.asked).toEqual(["shop.example/boots", "shop.example/large.jpg"])
  const picture = await pictureOf(ada, lastEntryId)
  expect(picture.headers.get("content-type")).toBe("image/webp")
  const bytes = Buffer.from(await picture.arrayBuffer())
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 216, height: 162, format: "webp" })
  expect(bytes.includes("not for you")).toBe(false)
  expect((await ada.get(`/entries/${newId()}/preview-picture`)).status).toBe(404)
})

test("notes and answers have them too, and a page is asked once a day, whoever names it", async () => {
  web.put("docs.example/guide", page("The guide"))
  const text = `See ${web.at("docs.example/guide")}`
  await company.write("Max")
  await succeed(company.act(bo, "Max", "notes", { text }))
  await company.runDueJobs()
  expect(await previewOf("Max")).toMatchObject({ title: "The guide", hasPicture: false })
  await succeed(company.answer(bo, "Max", undefined, text))
  await company.runDueJobs()
  expect(await previewOf("Max")).toMatchObject({ title: "The guide" })
  expect(await shown("No such thing: " + web.at("docs.example/missing"))).toBe(null)
  expect(await shown("Again: " + web.at("docs.example/missing"))).toBe(null)
  expect(web.asked).toEqual(["docs.example/guide", "docs.example/missing"])

  company.clock.advance(25 * 60 * 60)
  web.put("docs.example/guide", page("The new guide"))
  expect(await shown(text)).toMatchObject({ title: "The new guide" })
  // What was said stays as it was said.
  expect(await previewOf("Max")).toMatchObject({ title: "The guide" })
  await trimPreviews(company.sync)
  const { rows } = await sql<{ address: string }>`
    select address from previews where address like '%missing' or address like '%guide'`.execute(
    company.database.db,
  )
  expect(rows).toHaveLength(2)
})

test("an admin switches them off: nothing is asked any more, nor what was written meanwhile", async () => {
  web.put("shop.example/off", page("Off"))
  await succeed(ada.send("PUT", "/workspace/previews", { isOn: false }))
  await company.write("Tom", { text: web.at("shop.example/off") })
  await company.runDueJobs()
  company.clock.advance(11 * 60)
  await succeed(ada.send("PUT", "/workspace/previews", { isOn: true }))
  await company.runDueJobs()
  expect(await previewOf("Tom")).toBe(null)
  expect(web.asked).toEqual([])
})

test("the picture is for those who may see the conversation", async () => {
  const stranger = await (await createCompany(company)).hire("Eve")
  const square = await sharp({ create: { width: 300, height: 300, channels: 3, background: "red" } })
    .png()
    .toBuffer()
  web.put("shop.example/red.png", (_, response) =>
    response.writeHead(200, { "content-type": "image/png" }).end(square),
  )
  web.put("shop.example/red", page("Red", '<meta property="og:image" content="red.png">'))
  const teamId = await company.makeTeam([bo], { deliveryMode: "queue" })
  const cy = await company.hire("Cy")
  const text = web.at("shop.example/red")
  const customer = await company.write("Hidden", { text, at: await company.makeSource(teamId) })
  await company.runDueJobs()
  const statuses = [bo, cy, stranger].map(
    async (agent) => (await pictureOf(agent, customer.lastEntryId)).status,
  )
  expect(await Promise.all(statuses)).toEqual([200, 404, 404])
})

describe("what looks private", () => {
  test.each([
    ["a link with a long random part", "shop.example/r/9fK2xQ7vB4mZ8tLw"],
    ["one with a token", "shop.example/welcome?token=abc"],
    ["one that does something", "shop.example/unsubscribe/me"],
    ["one that names its reader", "shop.example/hello?email=ines%40example.com"],
    ["our own desk", "desk.example/inbox/me"],
  ])("is never asked: %s", async (_, place) => {
    web.put(place, page("Asked"))
    expect(await shown(`Look: ${web.at(place)}`)).toBe(null)
    expect(web.asked).toEqual([])
  })

  test("nor is one with a password, another port, or another kind of address", async () => {
    const { port } = web
    for (const address of [
      `http://ines:secret@shop.example:${port}/`,
      `http://shop.example:${port + 1}/`,
      `http://shop.example/`,
      "ftp://shop.example/",
      "file:///etc/passwd",
    ])
      expect(await shown(`Look: ${address}`)).toBe(null)
    expect(web.asked).toEqual([])
  })
})

describe("inside networks stay out of reach", () => {
  const hosts = [
    "127.0.0.1",
    "localhost",
    "169.254.169.254",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "127.1",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fd00::1]",
    "[fe80::1]",
    "10.0.0.1",
    "192.168.0.1",
    "100.64.0.1",
  ]

  test("whatever way their addresses are written, in a message or in a redirect", async () => {
    web.names.set("localhost", ["127.0.0.1"])
    for (const [at, host] of hosts.entries()) {
      expect(await shown(`http://${host}:${web.port}/`), host).toBe(null)
      web.put(`way.example/to-${at}`, redirect(`http://${host}:${web.port}/`))
      expect(await shown(web.at(`way.example/to-${at}`)), host).toBe(null)
    }
    expect(web.asked).toEqual(hosts.map((_, at) => `way.example/to-${at}`))
  })

  test("nor by a picture", async () => {
    web.put(
      "sly.example/p",
      page("Sly", `<meta property="og:image" content="http://127.0.0.1:${web.port}/x">`),
    )
    expect(await shown(web.at("sly.example/p"))).toMatchObject({ title: "Sly", hasPicture: false })
    expect(web.asked).toEqual(["sly.example/p"])
  })

  test("nor by a name that leads somewhere else the second time, or that leads to both", async () => {
    web.names.set("rebind.example", ["127.0.0.2", "127.0.0.1"])
    web.put("rebind.example/", page("Outside"))
    web.lookedUp.length = 0
    expect(await shown(web.at("rebind.example/"))).toMatchObject({ title: "Outside" })
    // One look-up: what was checked is what was connected to.
    expect(web.lookedUp).toEqual(["rebind.example"])
    expect(await shown(`${web.at("rebind.example/")}again`)).toBe(null)
    expect(web.asked).toEqual(["rebind.example/"])
  })

  test("a redirect leads to no private link and no other port, and not on and on", async () => {
    web.put("short.example/a", redirect("http://shop.example:1/"))
    web.put("short.example/b", redirect(web.at("shop.example/in?token=abc")))
    web.put("short.example/c", redirect("/c"))
    web.put("short.example/d", redirect("gopher://shop.example/"))
    for (const place of ["a", "b", "c", "d"]) expect(await shown(web.at(`short.example/${place}`))).toBe(null)
    expect(web.asked).toEqual(["a", "b", "c", "c", "c", "c", "d"].map((path) => `short.example/${path}`))
    web.put("short.example/e", redirect(web.at("shop.example/e")))
    web.put("shop.example/e", page("At the end"))
    expect(await shown(web.at("short.example/e"))).toMatchObject({ title: "At the end" })
  })
})

describe("a page that means ill", () => {
  const html = { "content-type": "text/html" }

  test("is read to its 512th kilobyte, however long it or what it is packed into", async () => {
    let sent = 0
    web.put("huge.example/", (_, response) => {
      response.writeHead(200, html)
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(64 * 1024))) sent += 64
        sent += 64
        if (!response.destroyed && sent < 100_000) response.once("drain", more)
      }
      more()
    })
    expect(await shown(web.at("huge.example/"))).toBe(null)
    expect(sent).toBeLessThan(20_000)
    const bomb = gzipSync(Buffer.concat([Buffer.from(page("Bomb")), Buffer.alloc(200_000_000, " ")]))
    web.put("bomb.example/", (_, response) =>
      response.writeHead(200, { ...html, "content-encoding": "gzip" }).end(bomb),
    )
    const before = process.memoryUsage().rss
    expect(await shown(web.at("bomb.example/"))).toMatchObject({ title: "Bomb" })
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
  })

  test("is not waited for longer than five seconds, whether it says nothing or a letter now and then", async () => {
    web.put("silent.example/", () => undefined)
    web.put("slow.example/", (_, response) => {
      response.writeHead(200, html)
      const timer = setInterval(() => response.write(" "), 100)
      response.once("close", () => clearInterval(timer))
    })
    const begun = performance.now()
    await company.write("Slow one", { text: web.at("silent.example/") })
    await company.write("Slow two", { text: web.at("slow.example/") })
    await company.runDueJobs()
    expect(await previewOf("Slow one")).toBe(null)
    expect(await previewOf("Slow two")).toBe(null)
    expect(performance.now() - begun).toBeLessThan(9_000)
  }, 20_000)

  test("is text and nothing else, whatever stands in its title", async () => {
    web.put(
      "ill.example/",
      page("x").replace(
        "<title>x",
        "<!-- <title>no</title> --><script>'<title>nor this</title>'</script><title>&lt;img src=x onerror=alert(1)&gt;\u202Egpj.exe\u0000 &#0;&#x202e;&#xD800;",
      ),
    )
    const preview = await shown(web.at("ill.example/"))
    expect(preview?.title).toBe("<img src=x onerror=alert(1)>gpj.exe \uFFFD\uFFFD")
    web.put("long.example/", page("🙂".repeat(500)))
    const long = await shown(web.at("long.example/"))
    expect(long?.title.isWellFormed()).toBe(true)
    expect(long?.title.length).toBeLessThan(160)
  })

  test("cannot keep us busy with tags that never end", async () => {
    for (const [at, part] of [
      "<script>",
      "<meta ",
      '<meta a="',
      "<!--",
      "<title>",
      "<meta a" + " ".repeat(50),
      "&#",
    ].entries()) {
      web.put(`endless.example/${at}`, `<title>T</title>${part.repeat(500_000 / part.length)}`)
      const begun = performance.now()
      expect(await shown(web.at(`endless.example/${at}`)), part).toMatchObject({ title: "T" })
      expect(performance.now() - begun, part).toBeLessThan(1_500)
    }
  })

  test("is read in the charset it is in, even if it says there is none such", async () => {
    const send = (place: string, type: string, bytes: Buffer) =>
      web.put(place, (_, response) => response.writeHead(200, { "content-type": type }).end(bytes))
    send(
      "a.example/",
      "text/html; charset=windows-1251",
      Buffer.concat([Buffer.from("<title>"), Buffer.from([0xcf, 0xf0, 0xe8]), Buffer.from("</title>")]),
    )
    send(
      "b.example/",
      "text/html",
      Buffer.from('<meta charset="iso-8859-1"><title>Caf\xe9</title>', "latin1"),
    )
    send("c.example/", "text/html; charset=klingon", Buffer.from("<title>Käse</title>"))
    send("d.example/", "application/pdf", Buffer.from("<title>No page</title>"))
    send("e.example/", "text/html", Buffer.from("\ufeff<title>Wide</title>", "utf16le"))
    const titles = []
    for (const host of ["a", "b", "c", "d", "e"])
      titles.push((await shown(web.at(`${host}.example/`)))?.title)
    expect(titles).toEqual(["При", "Café", "Käse", undefined, "Wide"])
  })

  test("has no picture when that is none, or too large to be one", async () => {
    const put = (place: string, type: string, bytes: Buffer) => {
      web.put(`pictures.example/${place}.png`, (_, response) =>
        response.writeHead(200, { "content-type": type }).end(bytes),
      )
      web.put(`pictures.example/${place}`, page(place, `<meta property=og:image content="/${place}.png">`))
    }
    put("html", "image/png", Buffer.from("<script>alert(1)</script>"))
    put("svg", "image/svg+xml", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"))
    put("huge", "image/png", Buffer.alloc(3_000_000))
    put(
      "cut",
      "image/png",
      (
        await sharp({ create: { width: 99, height: 99, channels: 3, background: "red" } })
          .png()
          .toBuffer()
      ).subarray(0, 60),
    )
    for (const place of ["html", "svg", "huge", "cut"])
      expect(await shown(web.at(`pictures.example/${place}`))).toMatchObject({
        title: place,
        hasPicture: false,
      })
  })
})
