import { useState } from "react"
import { UNDO_SECONDS } from "../../protocol/conversation-commands.ts"
import { LANGUAGES, type Language } from "../../protocol/languages.ts"
import { issueWorkspace, useSelf, useTeams } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel, Toggle } from "./panel.tsx"
import { Photo } from "./photo.tsx"
import style from "./section.module.css"

/** Each in its own words, for whoever looks for his own in a desk that he cannot read. */
const NAMES: Record<Language, string> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  sv: "Svenska",
  ar: "العربية",
}

export function ProfileSection() {
  const self = useSelf()
  const teams = useTeams()
  const [name, setName] = useState(self?.agent.name ?? "")
  if (!self) return null
  const { agent, reader } = self
  const mine = [...teams.values()].filter((team) => reader.teamIds.has(team.id))
  return (
    <>
      <Panel title={agent.email} what={t(`role.${agent.role}`)}>
        <Photo agent={agent} />
        <form
          className={style["inline"]}
          onSubmit={(event) => {
            event.preventDefault()
            void saved(issueWorkspace("renameSelf", {}, { name }))
          }}
        >
          <Field label={t("profile.name")} value={name} onValue={setName} autoComplete="name" required />
          <Button type="submit" kind="primary" disabled={name.trim() === "" || name === agent.name}>
            {t("settings.save")}
          </Button>
        </form>
      </Panel>
      <Panel title={t("profile.language")}>
        <Field
          label={t("profile.languageOf")}
          hint={t("profile.languageHint")}
          value={self.language ?? ""}
          onValue={(value) => {
            const language = LANGUAGES.find((known) => known === value) ?? null
            void saved(issueWorkspace("setLanguage", {}, { language }))
          }}
          choices={[
            { value: "", label: t("profile.languageOfBrowser") },
            ...LANGUAGES.map((language) => ({ value: language, label: NAMES[language] })),
          ]}
        />
      </Panel>
      <Panel title={t("availability.title")}>
        <Toggle
          label={t("profile.availability")}
          hint={t("profile.availabilityHint")}
          isOn={!agent.awayByHand}
          onChange={(isOn) => void saved(issueWorkspace("setAvailability", {}, { awayByHand: !isOn }))}
        />
        {mine.map((team) => (
          <Toggle
            key={team.id}
            label={team.name}
            isOn={!agent.teamsOff.includes(team.id)}
            onChange={(isOn) =>
              void saved(issueWorkspace("setTeamOff", { teamId: team.id }, { isOff: !isOn }))
            }
          />
        ))}
      </Panel>
      <Panel title={t("profile.answers")}>
        <Toggle
          label={t("profile.undoSend")}
          hint={t("profile.undoSendHint", { seconds: UNDO_SECONDS })}
          isOn={self.undoesSend}
          onChange={(isOn) => void saved(issueWorkspace("setUndoSend", {}, { isOn }))}
        />
      </Panel>
    </>
  )
}
