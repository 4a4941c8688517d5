import { useState } from "react"
import { issueWorkspace } from "../replica/replica.ts"
import type { RefusalBody } from "../../protocol/refusals.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button, Dialog, Field } from "../ui/ui.ts"
import { CopiedField } from "./copied-field.tsx"
import style from "./invite.module.css"

const ROLES = ["agent", "admin"] as const

export function Invite({ isOpen, onClose, onMade }: { isOpen: boolean; onClose: () => void; onMade: () => void }) {
  return (
    <Dialog title={t("team.inviteTitle")} closeLabel={t("dismiss")} isOpen={isOpen} onClose={onClose}>
      <InviteForm onMade={onMade} />
    </Dialog>
  )
}

function InviteForm({ onMade }: { onMade: () => void }) {
  const [role, setRole] = useState<(typeof ROLES)[number]>("agent")
  const [email, setEmail] = useState("")
  const [made, setMade] = useState<{ link: string; isMailed: boolean }>()
  const [refusal, setRefusal] = useState<RefusalBody>()
  const make = async () => {
    const outcome = await issueWorkspace("invite", {}, { role, ...(email.trim() === "" ? {} : { email: email.trim() }) })
    if (outcome.kind === "refused") return setRefusal(outcome.refusal)
    setRefusal(undefined)
    setMade(outcome.answer)
    onMade()
  }
  if (made)
    return (
      <div className={style["form"]}>
        <CopiedField label={t("team.link")} value={made.link} hint={made.isMailed ? `${t("team.linkHint")} ${t("team.mailed", { email })}` : t("team.linkHint")} />
      </div>
    )
  return (
    <form
      className={style["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <Field label={t("team.inviteRole")} value={role} onValue={(value) => setRole(ROLES.find((known) => known === value) ?? "agent")} choices={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))} />
      <Field label={t("team.inviteEmail")} type="email" value={email} onValue={setEmail} hint={t("team.inviteEmailHint")} />
      <p className={style["refusal"]} role="alert">
        {refusal && refusalWords(refusal)}
      </p>
      <Button kind="primary" type="submit">
        {t("team.makeLink")}
      </Button>
    </form>
  )
}
