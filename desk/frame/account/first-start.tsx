import { useState } from "react"
import { accountCommands, type SessionAnswer } from "../../../protocol/commands.ts"
import { newId, request } from "../../replica/replica.ts"
import { t } from "../../texts/texts.ts"
import { Field } from "../../ui/ui.ts"
import { askSession, signOut } from "../session.ts"
import { Card } from "./card.tsx"

/**
 * The first visit makes owner and workspace. Somebody signed in without a workspace, because the first try was
 * cut off or signing up is open, is asked for the company only.
 */
export function FirstStart({ session }: { session: SessionAnswer }) {
  const [name, setName] = useState("")
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")
  const [company, setCompany] = useState("")
  // One id for one workspace however often the button is pressed: the server makes it once.
  const [id] = useState(newId)
  const { user, needsFirstWorkspace, signupOpen } = session

  if (user && !needsFirstWorkspace && !signupOpen)
    return (
      <Card
        title={t("noWorkspace.title")}
        lead={t("noWorkspace.what", { email: user.email })}
        foot={<SignOut />}
      />
    )

  const make = async () => {
    const person = user ? {} : { name, email, password }
    const { workspaceId } = await request(
      "POST",
      accountCommands.createWorkspace.path,
      { id, company, ...person },
      accountCommands.createWorkspace.answer,
    )
    await askSession(workspaceId)
  }
  return (
    <Card
      title={t("firstStart.title")}
      lead={user ? t("firstStart.leadAgain", { email: user.email }) : t("firstStart.lead")}
      action={{ label: t("firstStart.button"), run: make }}
      foot={user ? <SignOut /> : undefined}
    >
      {!user && (
        <>
          <Field
            label={t("field.name")}
            value={name}
            onValue={setName}
            autoComplete="name"
            required
            autoFocus
          />
          <Field
            label={t("field.workEmail")}
            type="email"
            value={email}
            onValue={setEmail}
            autoComplete="username"
            required
          />
          <Field
            label={t("field.password")}
            type="password"
            value={password}
            onValue={setPassword}
            autoComplete="new-password"
            minLength={10}
            required
            hint={t("field.passwordHint")}
          />
        </>
      )}
      <Field
        label={t("field.company")}
        value={company}
        onValue={setCompany}
        autoComplete="organization"
        required
      />
    </Card>
  )
}

function SignOut() {
  return (
    <button type="button" onClick={() => void signOut()}>
      {t("action.signOut")}
    </button>
  )
}
