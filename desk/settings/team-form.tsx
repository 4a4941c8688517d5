import { useState } from "react"
import type { TeamRow } from "../../protocol/rows.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { HoursForm } from "./hours-form.tsx"
import { Members } from "./members.tsx"
import { Toggle } from "./panel.tsx"
import style from "./form.module.css"

export function TeamForm({ team, onDone }: { team: TeamRow; onDone: () => void }) {
  const [name, setName] = useState(team.name)
  const [mode, setMode] = useState(team.deliveryMode)
  const [seconds, setSeconds] = useState(String(team.offerSeconds))
  const [returns, setReturns] = useState(team.returnsWhenAway)
  const [hours, setHours] = useState(team.hours)
  const [memberIds, setMemberIds] = useState<readonly string[]>(team.memberIds)
  const save = async () => {
    const members = team.isEveryone ? {} : { memberIds: [...memberIds] }
    const changed = {
      name,
      deliveryMode: mode,
      offerSeconds: Number(seconds),
      returnsWhenAway: returns,
      hours,
      ...members,
    }
    if (await saved(issueWorkspace("changeTeam", { teamId: team.id }, changed))) onDone()
  }
  return (
    <form
      className={style["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field label={t("teams.name")} value={name} onValue={setName} required maxLength={60} />
      <Field
        label={t("teams.delivery")}
        value={mode}
        onValue={(value) => setMode(value === "queue" ? "queue" : "offer")}
        choices={[
          { value: "offer", label: t("teams.offer") },
          { value: "queue", label: t("teams.queue") },
        ]}
      />
      <Field
        label={t("teams.offerSeconds")}
        type="number"
        min={5}
        max={86_400}
        value={seconds}
        onValue={setSeconds}
        required
        hint={t("teams.offerSecondsHint")}
      />
      <HoursForm hours={hours} onChange={setHours} />
      <Toggle label={t("teams.returns")} isOn={returns} onChange={setReturns} />
      {!team.isEveryone && <Members memberIds={memberIds} onChange={setMemberIds} />}
      <Button kind="primary" type="submit">
        {t("settings.save")}
      </Button>
    </form>
  )
}
