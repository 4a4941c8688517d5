import { useState } from "react"
import { notificationKind, type NotificationPreference } from "../../protocol/notifications.ts"
import {
  canPush,
  ring,
  setDesktop,
  setSound,
  startPushes,
  stopPushes,
  tell,
  useDevice,
} from "../notifications/notifications.ts"
import { issueWorkspace, useSelf, useWorkspace } from "../replica/replica.ts"
import { firstLanguage, t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel, Toggle } from "./panel.tsx"
import style from "./section.module.css"

/** A night, until somebody says otherwise. */
const NIGHT = { from: 22 * 60, to: 7 * 60 }

export function NotificationsSection() {
  const self = useSelf()
  return (
    <>
      {self && <Kinds preference={self.notifications} />}
      {self && <ThisDevice agentId={self.agent.id} />}
    </>
  )
}

function Kinds({ preference }: { preference: NotificationPreference }) {
  const { kinds, quietHours } = preference
  const change = (part: Partial<NotificationPreference>) =>
    void saved(issueWorkspace("setNotifications", {}, { preference: { ...preference, ...part } }))
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return (
    <Panel title={t("notifications.kinds")} what={t("notifications.kindsWhat")}>
      {notificationKind.options.map((kind) => (
        <Toggle
          key={kind}
          label={t(`notifications.${kind}`)}
          isOn={kinds[kind]}
          onChange={(isOn) => change({ kinds: { ...kinds, [kind]: isOn } })}
        />
      ))}
      <Toggle
        label={t("notifications.showsText")}
        hint={t("notifications.showsTextHint")}
        isOn={preference.showsText}
        onChange={(showsText) => change({ showsText })}
      />
      <Toggle
        label={t("notifications.mails")}
        hint={t("notifications.mailsHint")}
        isOn={preference.mails}
        onChange={(mails) => change({ mails })}
      />
      <Toggle
        label={t("notifications.quiet")}
        hint={t("notifications.quietHint")}
        isOn={quietHours !== null}
        onChange={(isOn) => change({ quietHours: isOn ? { ...NIGHT, timeZone } : null })}
      />
      {quietHours && (
        <>
          <div className={style["inline"]}>
            <Clock
              label={t("notifications.from")}
              minute={quietHours.from}
              onMinute={(from) => change({ quietHours: { ...quietHours, from, timeZone } })}
            />
            <Clock
              label={t("notifications.to")}
              minute={quietHours.to}
              onMinute={(to) => change({ quietHours: { ...quietHours, to, timeZone } })}
            />
          </div>
          <p className={style["second"]}>{t("notifications.zone", { zone: quietHours.timeZone })}</p>
        </>
      )}
    </Panel>
  )
}

/** Saved when it is left: a time is typed in parts. */
function Clock({
  label,
  minute,
  onMinute,
}: {
  label: string
  minute: number
  onMinute: (minute: number) => void
}) {
  const kept = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
  const [value, setValue] = useState(kept)
  return (
    <Field
      label={label}
      type="time"
      value={value}
      onValue={setValue}
      onBlur={() => {
        const [hour, rest] = value.split(":").map(Number)
        if (value !== kept && hour !== undefined && rest !== undefined) onMinute(hour * 60 + rest)
      }}
    />
  )
}

function two(part: number): string {
  return String(part).padStart(2, "0")
}

function ThisDevice({ agentId }: { agentId: string }) {
  const { sound, desktop, pushedTo, permission } = useDevice()
  const workspaceId = useWorkspace()?.id ?? ""
  const isPushed = pushedTo === agentId && permission === "granted"
  const [isFailed, setFailed] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const setPushed = async (isOn: boolean) => {
    setBusy(true)
    const isDone = isOn ? await startPushes(agentId) : await stopPushes().then(() => true)
    setFailed(!isDone)
    setBusy(false)
  }
  const isPossible = permission === "granted" || permission === "default"
  const test = () => {
    ring()
    const what = { customer: null, city: null, author: null, text: null, language: firstLanguage() }
    if ((desktop || isPushed) && isPossible)
      void tell({ kind: "tell", what: "test", workspaceId, conversationId: "test", ...what })
  }
  return (
    <Panel
      title={t("notifications.device")}
      action={<Button onClick={test}>{t("notifications.test")}</Button>}
    >
      <Toggle
        label={t("notifications.sound")}
        hint={t("notifications.soundHint")}
        isOn={sound}
        onChange={setSound}
      />
      <Toggle
        label={t("notifications.desktop")}
        isOn={desktop && permission === "granted"}
        isDisabled={!isPossible}
        onChange={(isOn) => void setDesktop(isOn)}
      />
      <Toggle
        label={t("notifications.push")}
        hint={t("notifications.pushHint")}
        isOn={isPushed}
        isDisabled={!isPossible || !canPush || isBusy}
        onChange={(isOn) => void setPushed(isOn)}
      />
      {isFailed && permission === "granted" && <p role="status">{t("notifications.pushFailed")}</p>}
      {permission === "denied" && <p role="status">{t("notifications.blocked")}</p>}
      {permission === "impossible" && <p role="status">{t("notifications.impossible")}</p>}
    </Panel>
  )
}
