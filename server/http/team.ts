import { invitationsAnswer, meAnswer, workspaceCommands } from "../../protocol/commands.ts"
import { secondFactorsAnswer } from "../../protocol/sign-in.ts"
import { rowsAnswer } from "../../protocol/stream.ts"
import type { Config } from "../config/config.ts"
import { readRows, type Sync } from "../sync/sync.ts"
import { acts } from "../team/team.ts"
import { askedIn } from "./asked-in.ts"
import { originOf } from "./origin.ts"
import { serve, type App } from "./route.ts"

/** The agent's own settings, and what admins do to agents, teams, invitations and the workspace. */
export function teamRoutes(app: App, { sync, config }: { sync: Sync; config: Config }): void {
  const {
    setAvailability,
    setTeamOff,
    setInbox,
    setUndoSend,
    setLanguage,
    setNotifications,
    renameSelf,
    changeAgent,
    makeTeam,
    changeTeam,
    renameWorkspace,
    requireTwoFactors,
    showPreviews,
    resetTwoFactors,
    invite,
    withdrawInvitation,
  } = workspaceCommands

  const me = { method: "GET", path: "/me", answer: meAnswer } as const
  serve(app, me, async ({ agent }) => ({
    ...agent,
    teamIds: [...agent.keys].flatMap((key) => (key.startsWith("team:") ? [key.slice(5)] : [])),
  }))
  // The desk has these from its stream; a program that opens none asks for them.
  for (const kind of ["agent", "team", "source", "workspace"] as const) {
    const path = kind === "workspace" ? "/workspace" : (`/${kind}s` as const)
    serve(app, { method: "GET", path, answer: rowsAnswer }, async ({ agent }) => ({
      rows: await readRows(sync, agent, kind),
    }))
  }
  serve(app, setAvailability, async ({ agent, body }) => acts.setAvailability(sync, agent, body))
  serve(app, setTeamOff, async ({ agent, params, body }) => acts.setTeamOff(sync, agent, params.teamId, body))
  serve(app, setInbox, async ({ agent, params, body }) => acts.setInbox(sync, agent, params.inbox, body))
  serve(app, setUndoSend, async ({ agent, body }) => acts.setUndoSend(sync, agent, body))
  serve(app, setLanguage, async ({ agent, body }) => acts.setLanguage(sync, agent, body))
  serve(app, setNotifications, async ({ agent, body }) => acts.setNotifications(sync, agent, body))
  serve(app, renameSelf, async ({ agent, body }) => acts.renameSelf(sync, agent, body))
  serve(app, changeAgent, async ({ agent, params, body }) =>
    acts.changeAgent(sync, agent, params.agentId, body),
  )
  serve(app, makeTeam, async ({ agent, body }) => acts.makeTeam(sync, agent, body))
  serve(app, changeTeam, async ({ agent, params, body }) => acts.changeTeam(sync, agent, params.teamId, body))
  serve(app, requireTwoFactors, async ({ agent, body }) => acts.requireTwoFactors(sync, agent, body))
  serve(app, showPreviews, async ({ agent, body }) => acts.showPreviews(sync, agent, body))
  serve(app, resetTwoFactors, async ({ agent, params, body }) =>
    acts.resetTwoFactors(sync, agent, params.agentId, body),
  )
  const factors = { method: "GET", path: "/agents/two-factors", answer: secondFactorsAnswer } as const
  serve(app, factors, async ({ agent }) => ({ agentIds: await acts.secondFactors(sync, agent) }))
  serve(app, renameWorkspace, async ({ agent, body }) => acts.renameWorkspace(sync, agent, body))
  serve(app, invite, async ({ agent, body, request }) =>
    acts.invite(sync, agent, body, {
      origin: originOf(request, config),
      canMail: acts.canMail(config),
      askedIn: askedIn(request),
    }),
  )
  serve(app, withdrawInvitation, async ({ agent, params, body }) =>
    acts.withdrawInvitation(sync, agent, params.invitationId, body),
  )
  const invitations = { method: "GET", path: "/invitations", answer: invitationsAnswer } as const
  serve(app, invitations, async ({ agent }) => ({ invitations: await acts.listInvitations(sync, agent) }))
}
