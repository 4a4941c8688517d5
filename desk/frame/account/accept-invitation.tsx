import { useNavigate, useParams } from "@tanstack/react-router"
import { useEffect, useState } from "react"
import type { z } from "zod"
import { accountCommands, invitationAnswer } from "../../../protocol/commands.ts"
import type { RefusalBody } from "../../../protocol/refusals.ts"
import { RefusalError, request } from "../../replica/replica.ts"
import { refusalWords, t } from "../../texts/texts.ts"
import { Field } from "../../ui/ui.ts"
import { askSession, useSession } from "../session.ts"
import { Card } from "./card.tsx"

export function AcceptInvitation() {
  const { token } = useParams({ from: "/invitation/$token" })
  const navigate = useNavigate()
  const user = useSession().answer?.user
  const [invitation, setInvitation] = useState<z.infer<typeof invitationAnswer>>()
  const [refusal, setRefusal] = useState<RefusalBody>()
  const [name, setName] = useState("")
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")

  useEffect(() => {
    request("GET", `/invitations/${encodeURIComponent(token)}`, undefined, invitationAnswer).then(
      setInvitation,
      (error: unknown) => {
        if (!(error instanceof RefusalError)) throw error
        setRefusal(error.body)
      },
    )
  }, [token])

  if (refusal)
    return (
      <Card
        title={t("invitation.over")}
        lead={refusalWords(refusal)}
        foot={<a href="/">{t("password.toSignIn")}</a>}
      />
    )
  if (!invitation) return null
  const accept = async () => {
    const person = user ? {} : { name, email: invitation.email ?? email, password }
    const { workspaceId } = await request(
      "POST",
      `/invitations/${encodeURIComponent(token)}/accept`,
      person,
      accountCommands.acceptInvitation.answer,
    )
    await askSession(workspaceId)
    await navigate({ to: "/" })
  }
  return (
    <Card
      title={t("invitation.title", { company: invitation.company })}
      lead={
        user
          ? t("invitation.leadKnown", { by: invitation.invitedBy, email: user.email })
          : t("invitation.lead", { by: invitation.invitedBy })
      }
      action={{ label: t("invitation.join"), run: accept }}
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
            value={invitation.email ?? email}
            onValue={setEmail}
            readOnly={invitation.email !== null}
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
    </Card>
  )
}
