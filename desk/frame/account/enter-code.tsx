import { useState } from "react"
import { signInCommands } from "../../../protocol/sign-in.ts"
import { request } from "../../replica/replica.ts"
import { t } from "../../texts/texts.ts"
import { Field } from "../../ui/ui.ts"
import { askSession } from "../session.ts"
import { Card } from "./card.tsx"
import style from "./card.module.css"

const { enterCode } = signInCommands

/** After the password: the app's code, or a recovery code. */
export function EnterCode({ onOver }: { onOver: () => void }) {
  const [code, setCode] = useState("")
  const [isTrusted, setTrusted] = useState(false)
  const enter = async () => {
    await request("POST", enterCode.path, { code, isTrusted }, enterCode.answer)
    await askSession()
  }
  return (
    <Card
      title={t("sign.enterTitle")}
      lead={t("sign.enterLead")}
      action={{ label: t("signIn.button"), run: enter }}
      foot={
        <button type="button" onClick={onOver}>
          {t("sign.again")}
        </button>
      }
    >
      <Field
        label={t("sign.code")}
        value={code}
        onValue={setCode}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        dir="ltr"
        required
        autoFocus
      />
      <label className={style["check"]}>
        <input type="checkbox" checked={isTrusted} onChange={(event) => setTrusted(event.target.checked)} />
        {t("sign.trust")}
      </label>
    </Card>
  )
}
