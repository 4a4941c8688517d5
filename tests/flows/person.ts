import { newId } from "../../server/db/db.ts"

type Answer = { status: number; body: Record<string, unknown>; headers: Headers }

/** Somebody with a browser: keeps his cookies, speaks JSON, and comes from our own pages unless told otherwise. */
export type Person = {
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>
  /** Of the API, with a command id where none is given. */
  send(method: string, path: string, body?: object): Promise<Answer>
  get(path: string): Promise<Answer>
  /** The workspace his requests speak of from now on. */
  enter(workspaceId: string): void
  cookie(): string
}

export function createPerson(url: string): Person {
  const jar = new Map<string, string>()
  let workspace: string | undefined

  function cookie(): string {
    return [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
  }

  async function ask(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      headers: {
        origin: url,
        cookie: cookie(),
        ...(workspace === undefined ? {} : { "parley-workspace": workspace }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    const parsed = await bodyOf(response)
    return { status: response.status, body: Object(parsed), headers: response.headers }
  }

  return {
    ask,
    send: (method, path, body = {}) => ask(method, `/api/v1${path}`, { id: newId(), ...body }),
    get: (path) => ask("GET", `/api/v1${path}`),
    enter(workspaceId) {
      workspace = workspaceId
    },
    cookie,
  }
}

/** Another program: has a key and no browser, and so neither cookies nor an origin. */
export function createProgram(url: string, key: string): Pick<Person, "ask" | "send" | "get"> {
  const ask: Person["ask"] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const parsed = await bodyOf(response)
    return { status: response.status, body: Object(parsed), headers: response.headers }
  }
  return {
    ask,
    send: (method, path, body = {}) => ask(method, `/api/v1${path}`, { id: newId(), ...body }),
    get: (path) => ask("GET", `/api/v1${path}`),
  }
}

export const PASSWORD = "correct horse battery"

/** The first visit of an installation: an owner in his new workspace. */
export async function createOwner(
  url: string,
  email = "ada@acme.example",
  headers: Record<string, string> = {},
): Promise<Person & { workspaceId: string }> {
  const person = createPerson(url)
  const company = { company: "Acme", name: "Ada Byron", email, password: PASSWORD }
  const { status, body } = await person.ask(
    "POST",
    "/api/v1/workspaces",
    { id: newId(), ...company },
    headers,
  )
  if (status !== 200) throw new Error(`No workspace was made: ${JSON.stringify(body)}`)
  const workspaceId = String(body.workspaceId)
  person.enter(workspaceId)
  return { ...person, workspaceId }
}

/** A colleague who has accepted an invitation by `inviter`. */
export async function createColleague(
  url: string,
  inviter: Person,
  o: { name: string; email: string; role?: "admin" | "agent" },
): Promise<Person & { agentId: string }> {
  const { body: invitation } = await inviter.send("POST", "/invitations", { role: o.role ?? "agent" })
  const person = createPerson(url)
  const token = String(invitation.link).split("/").at(-1)
  const { status, body } = await person.send("POST", `/invitations/${token}/accept`, {
    name: o.name,
    email: o.email,
    password: PASSWORD,
  })
  if (status !== 200) throw new Error(`The invitation was not accepted: ${JSON.stringify(body)}`)
  const workspaceId = String(body.workspaceId)
  person.enter(workspaceId)
  const { body: session } = await person.get("/session")
  const workspaces = Array.isArray(session.workspaces) ? session.workspaces : []
  const entry: unknown = workspaces.find((each: { id?: unknown }) => each.id === workspaceId)
  const agentId = String(Object(entry).agentId)
  return { ...person, agentId }
}

/** What is no JSON, such as CSV, is told as its text. */
async function bodyOf(response: Response): Promise<unknown> {
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true
  return isJson ? response.json() : { text: await response.text() }
}
