import { useState } from "react"
import type { SourceRow } from "../../protocol/rows.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { CopiedField } from "./copied-field.tsx"
import { Panel, Toggle } from "./panel.tsx"
import { TeamChoice } from "./team-choice.tsx"
import style from "./section.module.css"

type Settings = Extract<SourceRow["settings"], { channel: "web-chat" }>

export function WebsiteSource({
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
  const [greeting, setGreeting] = useState(settings.greeting)
  const [accent, setAccent] = useState(settings.accent)
  const [isProactive, setProactive] = useState(settings.proactive !== null)
  const [text, setText] = useState(settings.proactive?.text ?? "")
  const [after, setAfter] = useState(String(settings.proactive?.afterSeconds ?? 15))
  const save = () => {
    const proactive =
      isProactive && text.trim() !== "" ? { text: text.trim(), afterSeconds: Number(after) } : null
    void saved(
      issueWorkspace(
        "changeSource",
        { sourceId: source.id },
        { name, teamId, settings: { channel: "web-chat", greeting, accent, proactive } },
      ),
    )
  }
  return (
    <Panel title={source.name} what={t("channel.web-chat")}>
      <CopiedField
        label={t("sources.script")}
        value={`<script async src="${location.origin}/w/${source.id}.js"></script>`}
        hint={t("sources.scriptHint")}
      />
      <p>
        <a className={style["link"]} href={`/try?source=${source.id}`} target="_blank" rel="noopener">
          {t("sources.try")}
        </a>
      </p>
      <form
        className={style["form"]}
        onSubmit={(event) => {
          event.preventDefault()
          save()
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
          <Field
            label={t("sources.greeting")}
            value={greeting}
            onValue={setGreeting}
            required
            maxLength={200}
            disabled={!isAdmin}
          />
          <Field
            label={t("sources.accent")}
            type="color"
            value={accent}
            onValue={setAccent}
            disabled={!isAdmin}
          />
        </div>
        <Toggle
          label={t("sources.proactive")}
          isOn={isProactive}
          onChange={setProactive}
          isDisabled={!isAdmin}
        />
        {isProactive && (
          <div className={style["pair"]}>
            <Field
              label={t("sources.proactiveText")}
              value={text}
              onValue={setText}
              required
              maxLength={300}
              disabled={!isAdmin}
            />
            <Field
              label={t("sources.proactiveAfter")}
              type="number"
              min={0}
              max={600}
              value={after}
              onValue={setAfter}
              disabled={!isAdmin}
            />
          </div>
        )}
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
