import type { FastifyRequest } from "fastify"
import { accountCommands } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import { accountAnswer, signInCommands } from "../../protocol/sign-in.ts"
import { sightings } from "../customers/customers.ts"
import { endSessions, type Sync } from "../sync/sync.ts"
import { acts, type Identity } from "../team/team.ts"
import { askedIn } from "./asked-in.ts"
import { fromOf, setCookies, type Guard } from "./guard.ts"
import { createLimit, networkOf } from "./limit.ts"
import { serveAnyone, type App } from "./route.ts"

/** Challenges for passkeys from one place, each of which is a row for some minutes. */
const ASKED = { most: 100, seconds: 10 * 60 }

/** Signing in and out, and what a person does about how he signs in. */
export function signInRoutes(
  app: App,
  { sync, identity, guard }: { sync: Sync; identity: Identity; guard: Guard },
): void {
  const { twoFactors, passkeys, own } = identity
  const asked = createLimit(ASKED)

  /** Never by an API key: these routes know nobody but the holder of the cookie. */
  async function access({ headers }: FastifyRequest) {
    const user = await identity.findUser(headers.cookie)
    if (user === undefined) throw refuse("not-signed-in")
    return user
  }

  /** `work` looks at the password that came with the request, which may be a guess. */
  async function proving<T>(request: FastifyRequest, work: (userId: string) => Promise<T>): Promise<T> {
    const { id, email } = await access(request)
    return guard.guess({ ip: request.ip, email }, () => work(id))
  }

  /** The signed-in person, who has proved once more who he is. */
  async function accessProved(request: FastifyRequest, password: string) {
    await proving(request, (userId) => own.proveSelf(userId, password))
    return access(request)
  }

  /** Open sockets look once more whether they may stay. */
  async function recheckSockets(userId: string): Promise<void> {
    for (const { id, agentId } of await acts.workspacesOf(sync.db, userId)) endSessions(sync, id, agentId)
  }

  serveAnyone(app, signInCommands.signIn, async ({ body: { email, password }, request, reply }) => {
    const signed = await guard.guess({ ip: request.ip, email }, () =>
      identity.signIn(email, password, fromOf(request)),
    )
    setCookies(request, reply, signed.cookies)
    return { needsCode: signed.user === undefined }
  })
  serveAnyone(app, signInCommands.enterCode, async ({ body, request, reply }) => {
    const userId = await twoFactors.findAwaited(request.headers.cookie)
    if (userId === undefined) throw refuse("sign-in-over")
    const entered = await guard.useCode(userId, body.code, () => twoFactors.enter(fromOf(request), body))
    setCookies(request, reply, entered)
    return {}
  })
  serveAnyone(app, signInCommands.askPasskey, async ({ request, reply }) => {
    if (!asked.take(networkOf(request.ip))) throw refuse("too-often")
    const { options, cookies } = await passkeys.ask()
    setCookies(request, reply, cookies)
    return { options }
  })
  serveAnyone(app, signInCommands.enterPasskey, async ({ body, request, reply }) => {
    setCookies(request, reply, await passkeys.enter(fromOf(request), body.credential))
    return {}
  })
  serveAnyone(app, accountCommands.signOut, async ({ request, reply }) => {
    const user = await identity.findUser(request.headers.cookie)
    setCookies(request, reply, await identity.signOut(request.headers.cookie))
    if (user !== undefined) await recheckSockets(user.id)
    return {}
  })

  serveAnyone(app, { method: "GET", path: "/account", answer: accountAnswer }, async ({ request }) => {
    const user = await access(request)
    const { cookie } = request.headers
    const sessions = await own.sessionsOf(user.id, await identity.findSession(cookie))
    return {
      email: user.email,
      ...(await twoFactors.stateOf(user.id)),
      canPasskey: passkeys.isPossible,
      passkeys: await passkeys.of(user.id),
      sessions: sessions.map(({ userAgent, ...session }) => ({
        ...session,
        ...(sightings.deviceOf(userAgent) ?? { browser: "", system: "" }),
      })),
    }
  })
  serveAnyone(app, signInCommands.changePassword, async ({ body, request, reply }) => {
    const user = await access(request)
    setCookies(request, reply, await proving(request, () => own.changePassword(request.headers.cookie, body)))
    await recheckSockets(user.id)
    return {}
  })
  serveAnyone(app, signInCommands.changeEmail, async ({ body, request }) => {
    const user = await accessProved(request, body.password)
    const changed = await own.changeEmail(user.id, body.email, askedIn(request))
    if (!changed.isMailed) await acts.readdress(sync, user.id)
    return changed
  })
  serveAnyone(app, signInCommands.confirmEmail, async ({ body, request }) => {
    await acts.readdress(sync, await own.confirmEmail(body.token, askedIn(request)))
    return {}
  })
  serveAnyone(app, signInCommands.endSession, async ({ params, request }) => {
    const user = await access(request)
    await own.endSession(user.id, params.sessionId)
    await recheckSockets(user.id)
    return {}
  })

  serveAnyone(app, signInCommands.beginTwoFactors, async ({ body, request }) => {
    return proving(request, () => twoFactors.begin(request.headers.cookie, body.password))
  })
  serveAnyone(app, signInCommands.confirmTwoFactors, async ({ body, request, reply }) => {
    const { id } = await access(request)
    const confirmed = await guard.useCode(id, body.code, () =>
      twoFactors.confirm(request.headers.cookie, body.code),
    )
    setCookies(request, reply, confirmed)
    return {}
  })
  serveAnyone(app, signInCommands.endTwoFactors, async ({ body, request, reply }) => {
    const ended = await proving(request, () => twoFactors.end(request.headers.cookie, body.password))
    setCookies(request, reply, ended)
    return {}
  })
  serveAnyone(app, signInCommands.renewRecoveryCodes, async ({ body, request }) => {
    const { cookie } = request.headers
    return {
      recoveryCodes: await proving(request, () => twoFactors.renewRecoveryCodes(cookie, body.password)),
    }
  })

  serveAnyone(app, signInCommands.beginPasskey, async ({ body, request, reply }) => {
    await accessProved(request, body.password)
    const { options, cookies } = await passkeys.begin(request.headers.cookie)
    setCookies(request, reply, cookies)
    return { options }
  })
  serveAnyone(app, signInCommands.addPasskey, async ({ body, request }) => {
    await access(request)
    await passkeys.add(request.headers.cookie, body.name, body.credential)
    return {}
  })
  serveAnyone(app, signInCommands.renamePasskey, async ({ params, body, request }) => {
    await passkeys.rename((await access(request)).id, params.passkeyId, body.name)
    return {}
  })
  serveAnyone(app, signInCommands.removePasskey, async ({ params, body, request }) => {
    const user = await accessProved(request, body.password)
    await passkeys.remove(user.id, params.passkeyId)
    return {}
  })
}
