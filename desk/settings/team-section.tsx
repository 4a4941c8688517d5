import { useState } from "react"
import type { AgentRow } from "../../protocol/rows.ts"
import { secondFactorsAnswer } from "../../protocol/sign-in.ts"
import { role as roles } from "../../protocol/values.ts"
import { useActions } from "../actions/actions.ts"
import { issueWorkspace, useAgents, useSelf } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Avatar, Button } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Invite } from "./invite.tsx"
import { OpenInvitations } from "./open-invitations.tsx"
import { Panel } from "./panel.tsx"
import { ResetFactors } from "./reset-factors.tsx"
import { TeamsPanel } from "./teams-panel.tsx"
import { useAsked } from "./use-asked.ts"
import style from "./section.module.css"

export function TeamSection({ isAdmin }: { isAdmin: boolean }) {
  const agents = useAgents()
  const self = useSelf()
  const [isInviting, setInviting] = useState(false)
  useActions({ invite: isAdmin && (() => setInviting(true)) })
  const [resets, setResets] = useState(0)
  const factors = useAsked(isAdmin ? "/agents/two-factors" : undefined, secondFactorsAnswer, resets)
  const [invitedCount, setInvitedCount] = useState(0)
  const everyone = [...agents.values()].toSorted(
    (one, other) => Number(one.isDisabled) - Number(other.isDisabled) || one.name.localeCompare(other.name),
  )
  return (
    <>
      <Panel
        title={t("team.agents")}
        what={isAdmin ? t("team.capacityHint") : undefined}
        action={
          isAdmin && (
            <Button kind="primary" icon="plus" onClick={() => setInviting(true)}>
              {t("team.invite")}
            </Button>
          )
        }
      >
        <ul className={style["rows"]}>
          {everyone.map((agent) => (
            <Agent
              key={agent.id}
              agent={agent}
              isSelf={agent.id === self?.agent.id}
              selfRole={self?.agent.role ?? "agent"}
              hasFactors={factors?.agentIds.includes(agent.id) ?? false}
              onReset={() => setResets((count) => count + 1)}
            />
          ))}
        </ul>
      </Panel>
      {isInviting && (
        <Invite onClose={() => setInviting(false)} onMade={() => setInvitedCount((count) => count + 1)} />
      )}
      {isAdmin && <OpenInvitations changes={invitedCount} />}
      <TeamsPanel isAdmin={isAdmin} />
    </>
  )
}

function Agent({
  agent,
  isSelf,
  selfRole,
  hasFactors,
  onReset,
}: {
  agent: AgentRow
  isSelf: boolean
  selfRole: AgentRow["role"]
  hasFactors: boolean
  onReset: () => void
}) {
  const [capacity, setCapacity] = useState(agent.capacity === null ? "" : String(agent.capacity))
  // Admins cannot touch owners; the server holds the same rule.
  const mayChange = selfRole === "owner" || (selfRole === "admin" && agent.role !== "owner")
  const change = (
    part: { role?: AgentRow["role"]; capacity?: number | null; isDisabled?: boolean },
    words?: string,
  ) => saved(issueWorkspace("changeAgent", { agentId: agent.id }, part), words)
  const keepCapacity = () => {
    const wanted = capacity.trim() === "" ? null : Number(capacity)
    if (wanted !== agent.capacity && (wanted === null || Number.isInteger(wanted)))
      void change({ capacity: wanted })
  }
  return (
    <li className={style["row"]} data-off={agent.isDisabled || undefined}>
      <Avatar id={agent.id} name={agent.name} photo={agent.photo} isOnline={agent.isAvailable} />
      <span>
        <span className={style["name"]}>
          <bdi>{agent.name}</bdi>
          {isSelf && ` (${t("team.you")})`}
        </span>
        <span className={style["second"]}>
          {agent.email}
          {agent.isDisabled && ` · ${t("team.disabled")}`}
          {hasFactors && ` · ${t("team.hasFactors")}`}
        </span>
      </span>
      {mayChange ? (
        <span className={style["controls"]}>
          <input
            className={`${style["small"]} ${style["number"]}`}
            type="number"
            min={0}
            max={10_000}
            aria-label={t("team.capacity", { name: agent.name })}
            title={t("team.capacityHint")}
            placeholder={t("team.noLimit")}
            value={capacity}
            onChange={(event) => setCapacity(event.target.value)}
            onBlur={keepCapacity}
            onKeyDown={(event) => event.key === "Enter" && keepCapacity()}
          />
          <select
            className={style["small"]}
            aria-label={t("team.role", { name: agent.name })}
            value={agent.role}
            onChange={(event) => {
              const chosen = roles.safeParse(event.target.value)
              if (chosen.success) void change({ role: chosen.data })
            }}
          >
            {roles.options
              .filter((role) => role !== "owner" || selfRole === "owner")
              .map((role) => (
                <option key={role} value={role}>
                  {t(`role.${role}`)}
                </option>
              ))}
          </select>
          {!isSelf && hasFactors && <ResetFactors agent={agent} onDone={onReset} />}
          {!isSelf && (
            <Button
              kind={agent.isDisabled ? "plain" : "danger"}
              onClick={() =>
                void change(
                  { isDisabled: !agent.isDisabled },
                  t(agent.isDisabled ? "team.enabledDone" : "team.disabledDone", { name: agent.name }),
                )
              }
            >
              {agent.isDisabled ? t("team.enable") : t("team.disable")}
            </Button>
          )}
        </span>
      ) : (
        <span className={style["second"]}>{t(`role.${agent.role}`)}</span>
      )}
    </li>
  )
}
