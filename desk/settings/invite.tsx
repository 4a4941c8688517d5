import { useEffect, useRef, useState } from "react"
import type { RefusalBody } from "../../protocol/refusals.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { refusalWords, tFurther as t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { CopiedField } from "./copied-field.tsx"
import { Panel } from "./panel.tsx"
import style from "./section.module.css"

const ROLES = ["agent", "admin"] as const
type InvitedRole = (typeof ROLES)[number]
type Made = { id: string; link: string; isMailed: boolean }

/** Has a link ready at once, for an agent; another role or an address makes another link in its place. */
export function Invite({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [role, setRole] = useState<InvitedRole>("agent")
  const [email, setEmail] = useState("")
  const [made, setMade] = useState<Made>()
  const [refusal, setRefusal] = useState<RefusalBody>()
  const make = async (forRole: InvitedRole, forEmail: string) => {
    const outcome = await issueWorkspace(
      "invite",
      {},
      { role: forRole, ...(forEmail === "" ? {} : { email: forEmail }) },
    )
    if (outcome.kind === "refused") return setRefusal(outcome.refusal)
    if (made) await issueWorkspace("withdrawInvitation", { invitationId: made.id }, {})
    setRefusal(undefined)
    setMade(outcome.answer)
    onMade()
  }
  const hasBegun = useRef(false)
  useEffect(() => {
    if (hasBegun.current) return
    hasBegun.current = true
    void make("agent", "")
  })
  return (
    <Panel
      title={t("team.inviteTitle")}
      action={<Button icon="close" label={t("dismiss")} onClick={onClose} />}
    >
      <CopiedField
        label={t("team.link")}
        value={made?.link ?? ""}
        hint={made?.isMailed ? `${t("team.linkHint")} ${t("team.mailed", { email })}` : t("team.linkHint")}
      />
      <form
        className={style["pair"]}
        onSubmit={(event) => {
          event.preventDefault()
          void make(role, email.trim())
        }}
      >
        <Field
          label={t("team.inviteRole")}
          value={role}
          onValue={(value) => {
            const chosen = ROLES.find((known) => known === value) ?? "agent"
            setRole(chosen)
            void make(chosen, email.trim())
          }}
          choices={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
        />
        <div className={style["inline"]}>
          <Field label={t("team.inviteEmail")} type="email" value={email} onValue={setEmail} />
          <Button type="submit" disabled={email.trim() === ""}>
            {t("team.makeLink")}
          </Button>
        </div>
      </form>
      {refusal && (
        <p className={style["problem"]} role="alert">
          {refusalWords(refusal)}
        </p>
      )}
    </Panel>
  )
}
