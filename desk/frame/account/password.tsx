import { Link, useNavigate, useParams } from "@tanstack/react-router"
import { useState } from "react"
import { accountCommands } from "../../../protocol/commands.ts"
import { request } from "../../replica/replica.ts"
import { t } from "../../texts/texts.ts"
import { Field } from "../../ui/ui.ts"
import { askSession, useSession } from "../session.ts"
import { Card } from "./card.tsx"

export function ForgotPassword() {
  const { answer } = useSession()
  const [email, setEmail] = useState("")
  const [isSent, setSent] = useState(false)
  const toSignIn = <Link to="/">{t("password.toSignIn")}</Link>
  if (answer && !answer.canMail)
    return <Card title={t("password.forgotten")} lead={t("password.noMail")} foot={toSignIn} />
  // The same words whether the address is known or not: nobody learns who has an account.
  if (isSent)
    return <Card title={t("password.sentTitle")} lead={t("password.sent", { email })} foot={toSignIn} />
  const ask = async () => {
    await request(
      "POST",
      accountCommands.forgotPassword.path,
      { email },
      accountCommands.forgotPassword.answer,
    )
    setSent(true)
  }
  return (
    <Card
      title={t("password.forgotten")}
      lead={t("password.lead")}
      action={{ label: t("password.send"), run: ask }}
      foot={toSignIn}
    >
      <Field
        label={t("field.email")}
        type="email"
        value={email}
        onValue={setEmail}
        autoComplete="username"
        required
        autoFocus
      />
    </Card>
  )
}

export function ResetPassword() {
  const { token } = useParams({ from: "/reset-password/$token" })
  const navigate = useNavigate()
  const [password, setPassword] = useState("")
  const reset = async () => {
    await request(
      "POST",
      accountCommands.resetPassword.path,
      { token, password },
      accountCommands.resetPassword.answer,
    )
    await askSession()
    await navigate({ to: "/" })
  }
  return (
    <Card
      title={t("password.newTitle")}
      lead={t("password.newLead")}
      action={{ label: t("password.save"), run: reset }}
    >
      <Field
        label={t("password.new")}
        type="password"
        value={password}
        onValue={setPassword}
        autoComplete="new-password"
        minLength={10}
        required
        autoFocus
        hint={t("field.passwordHint")}
      />
    </Card>
  )
}
