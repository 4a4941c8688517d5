import { useState } from "react"
import type { SourceRow } from "../../protocol/rows.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button, showToast } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { CopiedField } from "./copied-field.tsx"
import style from "./section.module.css"

type Identity = Extract<SourceRow["settings"], { channel: "web-chat" }>["identity"]

/** The secret is in this component's memory and nowhere else: it is shown once. */
export function IdentitySecret({ sourceId, identity }: { sourceId: string; identity: Identity }) {
  const [secret, setSecret] = useState<string | null>()
  const make = async () => {
    const outcome = await issueWorkspace("changeIdentitySecret", { sourceId }, { change: "make" })
    if (outcome.kind === "refused") return showToast(refusalWords(outcome.refusal))
    setSecret(outcome.answer.secret)
  }
  return (
    <div className={style["form"]} role="group" aria-label={t("sources.identity")}>
      <h3 className={style["name"]}>{t("sources.identity")}</h3>
      <p className={style["second"]}>{t("sources.identityWhat")}</p>
      {secret && <CopiedField label={t("sources.secret")} value={secret} hint={t("sources.secretOnce")} />}
      {secret === null && <p role="alert">{t("sources.secretLost")}</p>}
      {identity?.hasEarlier && <p className={style["second"]}>{t("sources.secretEarlier")}</p>}
      <div className={style["buttons"]}>
        <Button icon="lock" onClick={() => void make()}>
          {identity === null ? t("sources.makeSecret") : t("sources.renewSecret")}
        </Button>
        {identity?.hasEarlier && (
          <Button
            onClick={() =>
              void saved(
                issueWorkspace("changeIdentitySecret", { sourceId }, { change: "end-earlier" }),
                t("sources.earlierEnded"),
              )
            }
          >
            {t("sources.endEarlier")}
          </Button>
        )}
      </div>
    </div>
  )
}
