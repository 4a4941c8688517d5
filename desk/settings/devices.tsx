import { signInCommands, type AccountAnswer } from "../../protocol/sign-in.ts"
import { request, RefusalError, serverNow } from "../replica/replica.ts"
import { agoWords, dateWords, refusalWords, t } from "../texts/texts.ts"
import { Button, Icon, showToast } from "../ui/ui.ts"
import { Panel } from "./panel.tsx"
import style from "./section.module.css"

type Session = AccountAnswer["sessions"][number]

/** Where one is signed in; each but this one can be signed out from here. */
export function Devices({ sessions, onChanged }: { sessions: readonly Session[]; onChanged: () => void }) {
  const end = async ({ id }: Session) => {
    try {
      await request("DELETE", `/account/sessions/${id}`, {}, signInCommands.endSession.answer)
      showToast(t("devices.ended"))
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      showToast(refusalWords(error.body))
    }
    onChanged()
  }
  return (
    <Panel title={t("devices.title")} what={t("devices.what")}>
      <ul className={style["rows"]}>
        {sessions.map((session) => (
          <li key={session.id} className={style["row"]}>
            <Icon name="globe" />
            <span>
              <span className={style["name"]}>{nameOf(session)}</span>
              <span className={style["second"]}>
                {session.isThis && `${t("devices.this")} · `}
                {t("devices.seen", {
                  date: dateWords(session.signedInAt),
                  ago: agoWords(session.seenAt, serverNow()),
                })}
              </span>
            </span>
            {!session.isThis && (
              <span className={style["controls"]}>
                <Button
                  label={t("devices.endOf", { device: nameOf(session) })}
                  onClick={() => void end(session)}
                >
                  {t("devices.end")}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function nameOf({ browser, system }: Session): string {
  if (browser === "" && system === "") return t("devices.unknown")
  if (browser === "" || system === "") return browser || system
  return t("devices.of", { browser, system })
}
