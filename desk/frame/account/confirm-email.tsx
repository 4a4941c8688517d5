import { useParams } from "@tanstack/react-router"
import { useState } from "react"
import { signInCommands } from "../../../protocol/sign-in.ts"
import { request } from "../../replica/replica.ts"
import { t } from "../../texts/texts.ts"
import { Card } from "./card.tsx"

const { confirmEmail } = signInCommands

/** Programs that look into mails open what they find there: only the button confirms. */
export function ConfirmEmail() {
  const { token } = useParams({ from: "/confirm-email/$token" })
  const [isDone, setDone] = useState(false)
  if (isDone)
    return (
      <Card
        title={t("sign.emailConfirmed")}
        lead={t("sign.emailConfirmedLead")}
        foot={<a href="/">{t("sign.toParley")}</a>}
      />
    )
  const confirm = async () => {
    await request("POST", confirmEmail.path, { token }, confirmEmail.answer)
    setDone(true)
  }
  return (
    <Card
      title={t("sign.confirmEmail")}
      lead={t("sign.confirmEmailLead")}
      action={{ label: t("sign.confirm"), run: confirm }}
    />
  )
}
