import { useMemo, useState } from "react"
import type { z } from "zod"
import { signInCommands } from "../../protocol/sign-in.ts"
import { request } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Field } from "../ui/ui.ts"
import { AskForm } from "./ask-form.tsx"
import { qrOf } from "./qr.ts"
import { RecoveryCodes } from "./recovery-codes.tsx"
import style from "./sign-in.module.css"

const { beginTwoFactors, confirmTwoFactors } = signInCommands

/** The password, the app and its first code, the recovery codes. `onDone` when they have been seen. */
export function SetUpTwoFactors({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("")
  const [code, setCode] = useState("")
  const [begun, setBegun] = useState<z.output<typeof beginTwoFactors.answer>>()
  const [isOn, setOn] = useState(false)
  const begin = async () => {
    setBegun(await request("POST", beginTwoFactors.path, { password }, beginTwoFactors.answer))
  }
  const confirm = async () => {
    await request("POST", confirmTwoFactors.path, { code }, confirmTwoFactors.answer)
    setOn(true)
  }
  if (!begun)
    return (
      <AskForm key="password" label={t("sign.continue")} run={begin}>
        <p>{t("sign.passwordFirst")}</p>
        <Field
          label={t("sign.password")}
          type="password"
          value={password}
          onValue={setPassword}
          autoComplete="current-password"
          required
          autoFocus
        />
      </AskForm>
    )
  if (isOn) return <RecoveryCodes codes={begun.recoveryCodes} onDone={onDone} />
  const secret = new URL(begun.uri).searchParams.get("secret") ?? ""
  return (
    <AskForm key="code" label={t("sign.turnOn")} run={confirm}>
      <p>{t("sign.scan")}</p>
      <Qr text={begun.uri} />
      <Field
        label={t("sign.key")}
        value={secret.replace(/(.{4})(?=.)/g, "$1 ")}
        onValue={() => undefined}
        readOnly
        dir="ltr"
        onFocus={(event) => event.target.select()}
      />
      <Field
        label={t("sign.code")}
        value={code}
        onValue={setCode}
        inputMode="numeric"
        autoComplete="one-time-code"
        dir="ltr"
        hint={t("sign.codeHint")}
        required
        autoFocus
      />
    </AskForm>
  )
}

/** Dark on light in both themes: not every app reads it the other way round. */
function Qr({ text }: { text: string }) {
  const { size, path } = useMemo(() => {
    const rows = qrOf(text)
    const squares = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
    return { size: rows.length, path: squares.join("") }
  }, [text])
  return (
    <svg
      className={style["qr"]}
      viewBox={`-4 -4 ${size + 8} ${size + 8}`}
      role="img"
      aria-label={t("sign.qr")}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  )
}
