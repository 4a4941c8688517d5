import type { FastifyReply, FastifyRequest } from "fastify"
import { findLanguage } from "../../protocol/languages.ts"
import { accountCommands, invitationAnswer, sessionAnswer } from "../../protocol/commands.ts"
import { Refusal, refuse } from "../../protocol/refusals.ts"
import { makeWebsiteSource } from "../channels/channels.ts"
import type { Config } from "../config/config.ts"
import { endSessions, type Sync } from "../sync/sync.ts"
import { acts, type Identity } from "../team/team.ts"
import { askedIn } from "./asked-in.ts"
import { fromOf, setCookies, type From, type Guard } from "./guard.ts"
import { createLimit, networkOf } from "./limit.ts"
import { serveAnyone, type App } from "./route.ts"
import { createJointLimit } from "./joint-limit.ts"

type Needs = { sync: Sync; config: Config; identity: Identity; guard: Guard }
type Person = { name?: string | undefined; email?: string | undefined; password?: string | undefined }

/** Workspaces from one place, where anybody may make one. */
const WORKSPACES = { name: "workspaces", most: 20, seconds: 60 * 60 }
/** Mails to one person. Whoever asks for them all has had them sent to their owner, who can use the latest. */
const RESET_MAILS = { name: "reset-mails", most: 5, seconds: 60 * 60 }
/** Requests for such mails from one place: made-up addresses must not fill the table of limits. */
const RESET_REQUESTS = { most: 100, seconds: 60 * 60 }

/**
 * First start, forgotten passwords, accepting invitations: what is asked by someone who is not (yet) an agent.
 */
export function accountRoutes(app: App, needs: Needs): void {
  const { sync, config, identity, guard } = needs
  const workspaces = createJointLimit(sync.db, WORKSPACES)
  const resetMails = createJointLimit(sync.db, RESET_MAILS)
  const resetRequests = createLimit(RESET_REQUESTS)
  const isSignupOpen = config.signup === "open"

  /** The signed-in person, else who the given name, address and password make him. */
  async function personOf(request: FastifyRequest, reply: FastifyReply, given: Person) {
    const user = await identity.findUser(request.headers.cookie)
    if (user !== undefined) return user
    const { name, email, password } = given
    if (name === undefined || email === undefined || password === undefined) throw refuse("not-signed-in")
    const signed = await signUpOrIn(
      identity,
      guard,
      { name, email, password },
      { ...fromOf(request), ip: request.ip },
    )
    // Also where what follows is refused: the person exists and is asked to go on from there.
    setCookies(request, reply, signed.cookies)
    return signed.user
  }

  /** Open sockets look once more whether they may stay. */
  async function recheckSockets(userId: string): Promise<void> {
    for (const { id, agentId } of await acts.workspacesOf(sync.db, userId)) endSessions(sync, id, agentId)
  }

  serveAnyone(app, { method: "GET", path: "/session", answer: sessionAnswer }, async ({ request, reply }) => {
    const signed = await identity.renewSession(request.headers.cookie)
    setCookies(request, reply, signed?.cookies ?? [])
    return {
      needsFirstWorkspace: !(await acts.hasWorkspaces(sync.db)),
      signupOpen: isSignupOpen,
      canMail: acts.canMail(config),
      canPasskey: identity.passkeys.isPossible,
      user: signed?.user ?? null,
      workspaces:
        signed === undefined
          ? []
          : (await acts.workspacesOf(sync.db, signed.user.id)).map((workspace) => ({
              ...workspace,
              needsTwoFactors: signed.user.shutOutOf.includes(workspace.id),
            })),
    }
  })

  serveAnyone(app, accountCommands.createWorkspace, async ({ body, request, reply }) => {
    const { id, company, ...person } = body
    // Nobody gets an account who could then do nothing with it, unless he repeats what has succeeded.
    const mayBeMade = isSignupOpen || !(await acts.hasWorkspaces(sync.db))
    if (!mayBeMade && (await identity.findUser(request.headers.cookie)) === undefined)
      throw refuse("signup-closed")
    if (!(await workspaces.take(networkOf(request.ip)))) throw refuse("too-often")
    const owner = await personOf(request, reply, person)
    const language = findLanguage(askedIn(request)) ?? "en"
    const firstSource = makeWebsiteSource
    return acts.createWorkspace(sync, { id, company, owner, language, isSignupOpen, firstSource })
  })

  serveAnyone(app, accountCommands.forgotPassword, async ({ body: { email }, request }) => {
    const mayAsk = acts.canMail(config) && resetRequests.take(networkOf(request.ip))
    if (mayAsk && (await resetMails.take(email))) await identity.forgotPassword(email, askedIn(request))
    return {}
  })

  serveAnyone(app, accountCommands.resetPassword, async ({ body }) => {
    const userId = await identity.resetPassword(body.token, body.password)
    if (userId !== undefined) await recheckSockets(userId)
    return {}
  })

  const invitation = { method: "GET", path: "/invitations/:token", answer: invitationAnswer } as const
  serveAnyone(app, invitation, async ({ params }) => acts.findInvitation(sync, params.token))

  serveAnyone(app, accountCommands.acceptInvitation, async ({ params, body, request, reply }) => {
    const { email } = await acts.findInvitation(sync, params.token, { orAccepted: true })
    const user = await personOf(request, reply, { ...body, email: body.email ?? email ?? undefined })
    return acts.acceptInvitation(sync, params.token, user)
  })
}

/** Whoever was stopped between making his account and using it comes again with the same address and password. */
async function signUpOrIn(
  identity: Identity,
  guard: Guard,
  person: { name: string; email: string; password: string },
  from: From & { ip: string },
) {
  try {
    return await guard.inTurn(from.ip, () => identity.signUp(person, from))
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "email-taken") throw error
  }
  try {
    const { email, password } = person
    const { user, cookies } = await guard.guess({ ip: from.ip, email }, () =>
      identity.signIn(email, password, from),
    )
    if (user === undefined) throw refuse("code-needed")
    return { user, cookies }
  } catch (error) {
    throw error instanceof Refusal && error.code === "wrong-credentials" ? refuse("email-taken") : error
  }
}
