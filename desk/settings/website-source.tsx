import { useState } from "react"
import type { SourceRow } from "../../protocol/rows.ts"
import { issueWorkspace, useWorkspace } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { ChatPreview } from "./chat-preview.tsx"
import { CopiedField } from "./copied-field.tsx"
import { IdentitySecret } from "./identity-secret.tsx"
import { LogoField } from "./logo-field.tsx"
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
  const [title, setTitle] = useState(settings.title)
  const [replyLine, setReplyLine] = useState(settings.replyLine)
  const [theme, setTheme] = useState(settings.theme)
  /** A data URL: chosen and not saved yet; undefined: as it is. */
  const [newLogo, setNewLogo] = useState<string | null>()
  const [greeting, setGreeting] = useState(settings.greeting)
  const [accent, setAccent] = useState(settings.accent)
  const [isProactive, setProactive] = useState(settings.proactive !== null)
  const [text, setText] = useState(settings.proactive?.text ?? "")
  const [after, setAfter] = useState(String(settings.proactive?.afterSeconds ?? 15))
  const [pages, setPages] = useState(settings.proactive?.pages.join("\n") ?? "")
  const [side, setSide] = useState(settings.side)
  const [domains, setDomains] = useState(settings.domains.join("\n"))
  const company = useWorkspace()?.name ?? ""
  const proactive =
    isProactive && text.trim() !== ""
      ? { text: text.trim(), afterSeconds: Number(after), pages: linesOf(pages) }
      : null
  const savedLogo = settings.logo === null ? null : `/logos/${settings.logo}`
  const picture = newLogo === undefined ? savedLogo : newLogo
  const save = () => {
    const looks = {
      ...{ title, greeting, replyLine, accent, theme, side, domains: linesOf(domains), proactive },
      ...(newLogo !== undefined && { logo: newLogo && newLogo.slice(newLogo.indexOf(",") + 1) }),
    }
    void saved(
      issueWorkspace(
        "changeSource",
        { sourceId: source.id },
        { name, teamId, settings: { channel: "web-chat", ...looks } },
      ),
    ).then((isDone) => isDone && setNewLogo(undefined))
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
            label={t("sources.title")}
            hint={t("sources.titleHint")}
            value={title}
            onValue={setTitle}
            maxLength={60}
            disabled={!isAdmin}
          />
          <Field
            label={t("sources.greeting")}
            value={greeting}
            onValue={setGreeting}
            required
            maxLength={200}
            disabled={!isAdmin}
          />
          <Field
            label={t("sources.replyLine")}
            hint={t("sources.replyLineHint")}
            value={replyLine}
            onValue={setReplyLine}
            maxLength={100}
            disabled={!isAdmin}
          />
          <Field
            label={t("sources.accent")}
            type="color"
            value={accent}
            onValue={setAccent}
            disabled={!isAdmin}
          />
          <Field
            label={t("sources.theme")}
            value={theme}
            onValue={(value) => setTheme(value === "light" || value === "dark" ? value : "page")}
            disabled={!isAdmin}
            choices={[
              { value: "page", label: t("sources.theme.page") },
              { value: "light", label: t("preview.light") },
              { value: "dark", label: t("preview.dark") },
            ]}
          />
          <Field
            label={t("sources.side")}
            value={side}
            onValue={(value) => setSide(value === "start" ? "start" : "end")}
            disabled={!isAdmin}
            choices={[
              { value: "end", label: t("sources.side.end") },
              { value: "start", label: t("sources.side.start") },
            ]}
          />
          <Field
            label={t("sources.domains")}
            hint={t("sources.domainsHint")}
            lines={2}
            value={domains}
            onValue={setDomains}
            disabled={!isAdmin}
          />
        </div>
        {isAdmin && <LogoField picture={picture} onChange={setNewLogo} />}
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
            <Field
              label={t("sources.proactivePages")}
              hint={t("sources.proactivePagesHint")}
              lines={2}
              value={pages}
              onValue={setPages}
              disabled={!isAdmin}
            />
          </div>
        )}
        {isAdmin && (
          <ChatPreview
            settings={{
              ...{ sourceId: source.id, greeting, accent, side, theme, replyLine, domains: [] },
              company: title.trim() || company,
              logo: picture,
              proactive: proactive && { ...proactive, faces: [] },
            }}
          />
        )}
        {isAdmin && (
          <div className={style["buttons"]}>
            <Button kind="primary" type="submit">
              {t("settings.save")}
            </Button>
          </div>
        )}
      </form>
      {isAdmin && <IdentitySecret sourceId={source.id} identity={settings.identity} />}
    </Panel>
  )
}

function linesOf(text: string): string[] {
  return text.split(/\s+/).filter((line) => line !== "")
}
