import { useRef, useState } from "react"
import { done } from "../../protocol/command.ts"
import type { AgentRow } from "../../protocol/rows.ts"
import { issueWorkspace, newId, RefusalError, request } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Avatar, Button, PhotoInput, showToast } from "../ui/ui.ts"
import { saved } from "./act.ts"
import style from "./section.module.css"

/** What stands for an agent everywhere, and how he changes it: it is put on with the choosing and taken off with a click. */
export function Photo({ agent }: { agent: AgentRow }) {
  const input = useRef<HTMLInputElement>(null)
  const [isBusy, setBusy] = useState(false)
  const put = async (square: Blob) => {
    setBusy(true)
    try {
      await request("PUT", `/me/photo?id=${newId()}`, square, done)
      showToast(t("settings.saved"))
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      showToast(refusalWords(error.body))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={style["photo"]}>
      <Avatar id={agent.id} name={agent.name} photo={agent.photo} size={72} />
      <div>
        <div className={style["buttons"]}>
          <Button disabled={isBusy} onClick={() => input.current?.click()}>
            {agent.photo === null ? t("profile.addPhoto") : t("profile.changePhoto")}
          </Button>
          {agent.photo !== null && (
            <Button
              disabled={isBusy}
              onClick={() => void saved(issueWorkspace("removePhoto", {}, {}), t("profile.photoRemoved"))}
            >
              {t("profile.removePhoto")}
            </Button>
          )}
        </div>
        <p className={style["second"]}>{t("profile.photoHint")}</p>
      </div>
      <PhotoInput ref={input} label={t("profile.photo")} onChoose={(square) => void put(square)} />
    </div>
  )
}
