import { useState } from "react"
import type { Channel } from "../../protocol/values.ts"
import { issueWorkspace, useTeams } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { TeamChoice } from "./team-choice.tsx"
import style from "./form.module.css"

export function NewSource({ channel, onDone }: { channel: Channel; onDone: () => void }) {
  const teams = useTeams()
  const everyone = [...teams.values()].find((team) => team.isEveryone)
  const [name, setName] = useState("")
  const [teamId, setTeamId] = useState(everyone?.id ?? "")
  const [number, setNumber] = useState("")
  const [accountId, setAccountId] = useState("")
  const [authToken, setAuthToken] = useState("")
  const [apiBase, setApiBase] = useState("https://api.twilio.com")
  const make = async () => {
    const settings =
      channel === "sms"
        ? ({
            channel,
            number: number.replace(/[\s()-]/g, ""),
            accountId: accountId.trim(),
            authToken: authToken.trim(),
            apiBase: apiBase.trim(),
          } as const)
        : ({ channel } as const)
    if (await saved(issueWorkspace("makeSource", {}, { name, teamId, settings }))) onDone()
  }
  return (
    <form
      className={style["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <Field label={t("sources.name")} value={name} onValue={setName} required maxLength={60} />
      <TeamChoice teamId={teamId} onChange={setTeamId} />
      {channel === "sms" && (
        <>
          <Field
            label={t("sources.number")}
            type="tel"
            value={number}
            onValue={setNumber}
            required
            hint={t("sources.numberHint")}
          />
          <Field
            label={t("sources.account")}
            value={accountId}
            onValue={setAccountId}
            hint={t("sources.accountHint")}
            required
            pattern="\s*AC[0-9a-fA-F]{32}\s*"
            autoComplete="off"
          />
          <Field
            label={t("sources.token")}
            type="password"
            value={authToken}
            onValue={setAuthToken}
            required
            minLength={8}
            autoComplete="off"
          />
          <Field label={t("sources.apiBase")} type="url" value={apiBase} onValue={setApiBase} required />
        </>
      )}
      <Button kind="primary" type="submit">
        {t("sources.connect")}
      </Button>
    </form>
  )
}
