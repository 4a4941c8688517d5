import { useNavigate } from "@tanstack/react-router"
import { SECTIONS, useActions, type Choice } from "../actions/actions.ts"
import { issueWorkspace, useSelf, useTeams, type Outcome } from "../replica/replica.ts"
import { byTeam, refusalWords, t } from "../texts/texts.ts"
import { chooseScheme, SCHEMES, showToast, useScheme } from "../ui/ui.ts"
import { askSession, useSession } from "./session.ts"
import { useSignOut } from "./use-sign-out.ts"

/** What can be done wherever one is: places to go, being there or away, leaving. */
export function useDeskActions(show: (commands: "palette" | "keys") => void) {
  const navigate = useNavigate()
  const self = useSelf()
  const { answer, place } = useSession()
  const scheme = useScheme()
  const signOut = useSignOut()
  const go = (inbox: string) => () => void navigate({ to: "/inbox/$inbox", params: { inbox } })
  const mine = useMyTeams()
  const isOff = (teamId: string) => self?.agent.teamsOff.includes(teamId) === true
  const setOff = (teamId: string, isNowOff: boolean) =>
    say(issueWorkspace("setTeamOff", { teamId }, { isOff: isNowOff }))
  const setAway = (awayByHand: boolean) => say(issueWorkspace("setAvailability", {}, { awayByHand }))
  useActions({
    palette: () => show("palette"),
    keyList: () => show("keys"),
    goMe: go("me"),
    goMentions: go("mentions"),
    goUnassigned: go("unassigned"),
    goStarred: go("starred"),
    goTeam: mine.map(({ id, name }): Choice => ({ label: name, run: go(`team:${id}`) })),
    goAll: self?.reader.isAdmin && go("all"),
    goCustomers: () => void navigate({ to: "/customers" }),
    goSettings: SECTIONS.map((section) => ({
      label: t(`settings.${section}`),
      run: () => void navigate({ to: "/settings/$section", params: { section } }),
    })),
    available: self?.agent.awayByHand && (() => setAway(false)),
    away: self && !self.agent.awayByHand && (() => setAway(true)),
    availableIn: mine
      .filter(({ id }) => isOff(id))
      .map(({ id, name }) => ({ label: name, run: () => setOff(id, false) })),
    awayIn: mine
      .filter(({ id }) => !isOff(id))
      .map(({ id, name }) => ({ label: name, run: () => setOff(id, true) })),
    scheme: SCHEMES.filter((one) => one !== scheme).map((one) => ({
      label: t(`scheme.${one}`),
      run: () => chooseScheme(one),
    })),
    workspace: (answer?.workspaces ?? [])
      .filter(({ id }) => id !== place?.workspaceId)
      .map(({ id, name }) => ({ label: name, run: () => void askSession(id) })),
    signOut,
  })
}

/** In the order in which they stand beside the list. */
function useMyTeams() {
  const self = useSelf()
  return [...useTeams().values()].filter((team) => self?.reader.teamIds.has(team.id)).toSorted(byTeam)
}

function say(asked: Promise<Outcome>) {
  void asked.then((outcome) => {
    if (outcome.kind === "refused") showToast(refusalWords(outcome.refusal))
  })
}
