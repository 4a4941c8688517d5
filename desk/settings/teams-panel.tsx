import { useState } from "react"
import type { TeamRow } from "../../protocol/rows.ts"
import { useActions } from "../actions/actions.ts"
import { issueWorkspace, useTeams } from "../replica/replica.ts"
import { byTeam, t } from "../texts/texts.ts"
import { Button, Dialog, Field, Icon } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Members } from "./members.tsx"
import { Panel } from "./panel.tsx"
import { TeamForm } from "./team-form.tsx"
import formStyle from "./form.module.css"
import style from "./section.module.css"

export function TeamsPanel({ isAdmin }: { isAdmin: boolean }) {
  const teams = useTeams()
  const [openId, setOpenId] = useState<string>()
  const [isMaking, setMaking] = useState(false)
  useActions({ newTeam: isAdmin && (() => setMaking(true)) })
  const sorted = [...teams.values()].toSorted(byTeam)
  const open = openId === undefined ? undefined : teams.get(openId)
  return (
    <Panel
      title={t("teams.title")}
      what={t("teams.what")}
      action={isAdmin && <Button onClick={() => setMaking(true)}>{t("teams.new")}</Button>}
    >
      <ul className={style["rows"]}>
        {sorted.map((team) => (
          <Team key={team.id} team={team} onOpen={isAdmin ? () => setOpenId(team.id) : undefined} />
        ))}
      </ul>
      <Dialog
        title={open?.name ?? ""}
        closeLabel={t("dismiss")}
        isOpen={open !== undefined}
        onClose={() => setOpenId(undefined)}
      >
        {open && <TeamForm team={open} onDone={() => setOpenId(undefined)} />}
      </Dialog>
      <Dialog
        title={t("teams.new")}
        closeLabel={t("dismiss")}
        isOpen={isMaking}
        onClose={() => setMaking(false)}
      >
        <NewTeam onDone={() => setMaking(false)} />
      </Dialog>
    </Panel>
  )
}

function Team({ team, onOpen }: { team: TeamRow; onOpen: (() => void) | undefined }) {
  return (
    <li className={style["row"]}>
      <Icon name="people" />
      <span>
        <span className={style["name"]}>{team.name}</span>
        <span className={style["second"]}>
          {t("teams.members", { count: team.memberIds.length })} ·{" "}
          {t(team.deliveryMode === "offer" ? "teams.offer" : "teams.queue")}
          {!team.isOpen && ` · ${t("teams.closed")}`}
        </span>
      </span>
      {onOpen && <Button icon="gear" label={t("teams.change", { team: team.name })} onClick={onOpen} />}
    </li>
  )
}

function NewTeam({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState("")
  const [memberIds, setMemberIds] = useState<readonly string[]>([])
  const make = async () => {
    if (await saved(issueWorkspace("makeTeam", {}, { name, memberIds: [...memberIds] }))) onDone()
  }
  return (
    <form
      className={formStyle["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <Field label={t("teams.name")} value={name} onValue={setName} required maxLength={60} />
      <Members memberIds={memberIds} onChange={setMemberIds} />
      <Button kind="primary" type="submit">
        {t("teams.make")}
      </Button>
    </form>
  )
}
