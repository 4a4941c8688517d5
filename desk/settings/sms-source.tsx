import { useState } from "react"
import type { SourceRow } from "../../protocol/rows.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { inOneLine, reasonWords, t } from "../texts/texts.ts"
import { Button, Field, Icon } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { CopiedField } from "./copied-field.tsx"
import { Panel } from "./panel.tsx"
import { TeamChoice } from "./team-choice.tsx"
import style from "./section.module.css"

type Settings = Extract<SourceRow["settings"], { channel: "sms" }>

export function SmsSource({
  source,
  settings,
  isAdmin,
}: {
  source: SourceRow
  settings: Settings
  isAdmin: boolean
}) {
  const [name, setName] = useState(source.name)
  const [teamId, setTeamId] = useState(source.teamId)
  const [authToken, setAuthToken] = useState("")
  const [apiBase, setApiBase] = useState(settings.apiBase)
  const webhook = `${location.origin}/webhooks/sms/${source.id}`
  const save = async () => {
    const token = authToken === "" ? {} : { authToken }
    if (
      await saved(
        issueWorkspace(
          "changeSource",
          { sourceId: source.id },
          { name, teamId, settings: { channel: "sms", apiBase, ...token } },
        ),
      )
    )
      setAuthToken("")
  }
  return (
    <Panel title={source.name} what={inOneLine([t("channel.sms"), settings.number])}>
      {settings.problem !== null && (
        <p className={style["problem"]} role="alert">
          <Icon name="warning" />
          {t("sources.problem", { problem: reasonWords(settings.problem) })}
        </p>
      )}
      <CopiedField label={t("sources.webhook")} value={webhook} hint={t("sources.webhookHint")} />
      <CopiedField label={t("sources.status")} value={`${webhook}/status`} hint={t("sources.statusHint")} />
      <form
        className={style["form"]}
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <div className={style["pair"]}>
          <Field
            label={t("sources.name")}
            value={name}
            onValue={setName}
            required
            maxLength={60}
            disabled={!isAdmin}
          />
          <TeamChoice teamId={teamId} onChange={setTeamId} isDisabled={!isAdmin} />
          <Field label={t("sources.account")} value={settings.accountId} onValue={() => undefined} readOnly />
          <Field
            label={t("sources.token")}
            type="password"
            autoComplete="off"
            value={authToken}
            onValue={setAuthToken}
            minLength={8}
            required={apiBase !== settings.apiBase}
            hint={t("sources.tokenKept")}
            disabled={!isAdmin}
          />
          <Field
            label={t("sources.apiBase")}
            type="url"
            value={apiBase}
            onValue={setApiBase}
            required
            disabled={!isAdmin}
          />
        </div>
        {isAdmin && (
          <div className={style["buttons"]}>
            <Button kind="primary" type="submit">
              {t("settings.save")}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  )
}
