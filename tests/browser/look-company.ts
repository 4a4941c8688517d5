import { randomBytes } from "node:crypto"
import { once } from "node:events"
import sharp from "sharp"
import { WebSocket } from "ws"
import { PROTOCOL } from "../../protocol/stream.ts"
import { putPhoto } from "../flows/uploading.ts"
import { newId } from "../../server/db/db.ts"

type Cookie = { name: string; value: string; url: string }
export type Company = { ada: Cookie[]; links: { busy: string; snoozed: string } }

/** A company small enough to look at: three agents, two teams, and conversations in several states. */
export async function fillCompany(url: string): Promise<Company> {
  const ada = await person(url)
  const { workspaceId } = await ada.ask("POST", "/workspaces", {
    id: newId(),
    company: "Northwind Shoes",
    name: "Ada Okafor",
    email: "ada@northwind.test",
    password: "correct horse battery",
  })
  const bo = await colleague(url, ada, "Bo Lindqvist")
  await colleague(url, ada, "Chidi Anagonye")
  await ada.show("#8a6d1f")
  await bo.show("#2f6f9f")
  const { source, everyone } = await ada.firstRows(String(workspaceId))
  await ada.ask("PATCH", `/teams/${everyone}`, { id: newId(), deliveryMode: "queue", offerSeconds: 900 })
  await ada.ask("POST", "/teams", { id: newId(), name: "Sales", memberIds: [ada.agentId, bo.agentId] })

  await ada.ask("POST", "/sources", {
    id: newId(),
    name: "Support number",
    teamId: everyone,
    settings: {
      channel: "sms",
      number: "+46700000001",
      accountId: `AC${"0".repeat(32)}`,
      authToken: "a token of it",
      apiBase: "http://127.0.0.1:9",
    },
  })

  const marta = visitorOf(url, source, "pt-PT")
  await marta("Hi! The left shoe of my order came in the wrong size 😕")
  await marta("Order 10482, it says 42 on the box but 40 inside.")
  const texts = [
    "Do you ship to Malmö?",
    "Bonjour, la taille 42 revient quand ?",
    "שלום, מתי מגיע המשלוח?",
    "Thank you, that worked!",
    "My invoice https://northwind.test/invoice/7 has the wrong address, and it is a very long story that does not fit on one line.",
  ]
  for (const text of texts) await visitorOf(url, source, "en")(text)
  const rows = await ada.conversations("unassigned")
  const busy = rows.find((row) => row.last.text.startsWith("Order 10482"))
  if (!busy) throw new Error("Marta's conversation did not appear.")
  const at = `/conversations/${busy.id}`
  await ada.ask("POST", `${at}/answers`, {
    id: newId(),
    text: "I am sorry about that, Marta. I will have a *new pair* sent today; keep the old one until it arrives.",
    addressId: busy.lastAddressId,
    expects: { assigneeId: null, isOpen: true, lastAnswerId: null },
  })
  const asked = newId()
  await ada.ask("POST", `${at}/notes`, {
    id: asked,
    text: `@{agent:${bo.agentId}} do we still have a 42 in the Malmö store? She needs them for Saturday.`,
  })
  await bo.ask("POST", `${at}/notes`, {
    id: newId(),
    thread: asked,
    text: "*Two pairs* left:\n- one in Malmö\n- one in Lund, the box is torn\nI put the first aside.",
  })
  await ada.ask("POST", `${at}/notes`, {
    id: newId(),
    thread: asked,
    text: "Great. Send the tracking, please.",
  })
  const { lastCustomerEntryId: ordered } = busy
  for (const [name, color] of [
    ["wrong size", "red"],
    ["order 10482", "blue"],
  ])
    await ada.ask("PUT", `${at}/entries/${ordered}/labels/${newId()}`, {
      id: newId(),
      isOn: true,
      make: { name, color },
    })
  await ada.ask("PUT", `${at}/star`, { id: newId(), isStarred: true })
  await ada.ask("PATCH", `${at}/customer`, { id: newId(), name: "Marta Figueiredo" })
  for (const [name, value] of [
    ["Plan", "Club, since 2021"],
    ["Shoe size", "42"],
    ["Last order", "https://northwind.test/orders/10482"],
  ])
    await ada.ask("PUT", `${at}/customer/fields`, { id: newId(), name, value })
  await bo.ask("PUT", `${at}/customer/remarks/${newId()}`, {
    id: newId(),
    text: "Prefers to be written to in Portuguese.",
  })
  await ada.ask("PUT", `${at}/customer/remarks/${newId()}`, {
    id: newId(),
    text: "Buys for the whole family; always ask whether the other pairs fit, too.",
  })
  await showUp(url, source, marta.key)
  await marta("Wonderful, thank you!")
  const [thanks] = await ada.conversations("me")
  if (thanks) {
    const { lastCustomerEntryId: last } = thanks
    for (const [name, color] of [
      ["praise", "green"],
      ["exchange", "amber"],
      ["a label with a rather long name", "purple"],
    ])
      await ada.ask("PUT", `${at}/entries/${last}/labels/${newId()}`, {
        id: newId(),
        isOn: true,
        make: { name, color },
      })
  }
  const [, first, second, third] = rows.filter((row) => row.id !== busy.id)
  if (first) await bo.ask("POST", `/conversations/${first.id}/offer`, { id: newId(), agentId: ada.agentId })
  if (second)
    await ada.ask("POST", `/conversations/${second.id}/assign`, {
      id: newId(),
      to: { kind: "agent", agentId: ada.agentId },
      expects: { assigneeId: null },
    })
  const fourth = rows.filter((row) => row.id !== busy.id)[4]
  if (fourth)
    await ada.ask("PUT", `/conversations/${fourth.id}/snooze`, {
      id: newId(),
      snooze: { until: "2099-03-02T09:00:00.000000Z" },
      lastCustomerEntryId: fourth.lastCustomerEntryId,
    })
  if (third)
    await ada.ask("POST", `/conversations/${third.id}/close`, {
      id: newId(),
      lastCustomerEntryId: third.lastCustomerEntryId,
    })
  return {
    ada: ada.cookies(),
    links: { busy: `${url}/inbox/me/${busy.id}`, snoozed: `${url}/inbox/me/${fourth?.id}` },
  }
}

type Row = { id: string; last: { text: string }; lastAddressId: string; lastCustomerEntryId: string }

async function person(url: string) {
  const jar = new Map<string, string>()
  const me = {
    agentId: "",
    cookies: () => [...jar].map(([name, value]) => ({ name, value, url })),
    async ask(method: string, path: string, body?: unknown) {
      const headers: Record<string, string> = {
        origin: url,
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
      }
      if (body !== undefined) headers["content-type"] = "application/json"
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      for (const line of answer.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s)
        jar.set(name, value)
      }
      const said = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`)
      const parsed: Record<string, unknown> = JSON.parse(said)
      if (path === "/workspaces" || path.endsWith("/accept")) me.agentId = await whoAmI()
      return parsed
    },
    /** Puts a photo on: a face is a matter of taste, a colour that runs out is none. */
    async show(color: string) {
      const face = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="400"><defs><radialGradient id="g">
        <stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="${color}"/></radialGradient></defs>
        <rect width="300" height="400" fill="url(#g)"/></svg>`
      const picture = await sharp(Buffer.from(face)).png().toBuffer()
      await putPhoto(
        url,
        { cookie: () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
        picture,
      )
    },
    async conversations(inbox: string): Promise<Row[]> {
      const { rows } = await me.ask("GET", `/conversations?inbox=${inbox}`)
      return JSON.parse(JSON.stringify(rows))
    },
    /** What the stream would tell: the ids of the first source and of Everyone. */
    async firstRows(workspaceId: string) {
      const { WebSocket } = await import("ws")
      const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/stream?workspace=${workspaceId}`, {
        headers: { origin: url, cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      })
      const ids = await new Promise<{ source: string; everyone: string }>((resolve, reject) => {
        socket.on("error", reject)
        socket.on("open", () => socket.send(JSON.stringify({ kind: "hello", protocol: PROTOCOL })))
        socket.on("message", (data: Buffer) => {
          const message: { kind: string; rows?: { kind: string; id: string; isEveryone?: boolean }[] } =
            JSON.parse(data.toString())
          const source = message.rows?.find((row) => row.kind === "source")
          const everyone = message.rows?.find((row) => row.isEveryone)
          if (source && everyone) resolve({ source: source.id, everyone: everyone.id })
        })
      })
      socket.close()
      return ids
    },
  }
  async function whoAmI(): Promise<string> {
    const session: { workspaces?: { agentId: string }[] } = await me.ask("GET", "/session")
    return session.workspaces?.[0]?.agentId ?? ""
  }
  return me
}

async function colleague(url: string, owner: Awaited<ReturnType<typeof person>>, name: string) {
  const { link } = await owner.ask("POST", "/invitations", { id: newId(), role: "agent", teamIds: [] })
  const me = await person(url)
  const email = `${name.split(" ")[0]?.toLowerCase()}@northwind.test`
  await me.ask("POST", `/invitations/${String(link).split("/").at(-1)}/accept`, {
    name,
    email,
    password: "correct horse battery",
  })
  return me
}

export function visitorOf(url: string, source: string, language: string) {
  const key = randomBytes(32).toString("base64url")
  const say = async (text: string) => {
    const answer = await fetch(`${url}/visitor/v1/${source}/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify({
        key,
        id: newId(),
        text,
        language,
        page: { url: `${url}/try/shoes`, title: "Shoes" },
      }),
    })
    if (!answer.ok) throw new Error(`A visitor was refused: ${answer.status} ${await answer.text()}`)
  }
  return Object.assign(say, { key })
}

/** The visitor goes through some pages of the shop. */
async function showUp(url: string, source: string, key: string): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/visitor/v1/${source}/stream`, {
    origin: url,
    headers: {
      "user-agent":
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    },
  })
  await once(socket, "open")
  const at = (path: string) => ({ url: `https://northwind.test${path}`, title: "" })
  socket.send(JSON.stringify({ kind: "hello", key, page: at("/"), timeZone: "Europe/Lisbon" }))
  await once(socket, "message")
  for (const path of ["/shoes", "/shoes/42", "/sizes", "/returns", "/orders/10482", "/contact?from=orders"]) {
    socket.send(JSON.stringify({ kind: "page", page: at(path) }))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  socket.terminate()
}
