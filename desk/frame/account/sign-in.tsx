import { Link } from "@tanstack/react-router"
import { useState } from "react"
import { accountCommands, type SessionAnswer } from "../../../protocol/commands.ts"
import { request } from "../../replica/replica.ts"
import { t } from "../../texts/texts.ts"
import { Field } from "../../ui/ui.ts"
import { askSession } from "../session.ts"
import { Card } from "./card.tsx"
import { FirstStart } from "./first-start.tsx"

export function SignIn({ session }: { session: SessionAnswer }) {
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")
  const [isNew, setNew] = useState(false)
  if (isNew) return <FirstStart session={session} />

  const signIn = async () => {
    await request("POST", accountCommands.signIn.path, { email, password }, accountCommands.signIn.answer)
    await askSession()
  }
  return (
    <Card
      title={t("signIn.title")}
      action={{ label: t("signIn.button"), run: signIn }}
      foot={
        <>
          <Link to="/forgot-password">{t("signIn.forgotten")}</Link>
          {session.signupOpen && (
            <>
              {" · "}
              <button type="button" onClick={() => setNew(true)}>
                {t("signIn.newWorkspace")}
              </button>
            </>
          )}
        </>
      }
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
      <Field
        label={t("field.password")}
        type="password"
        value={password}
        onValue={setPassword}
        autoComplete="current-password"
        required
      />
    </Card>
  )
}
