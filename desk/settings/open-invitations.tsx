import { useState } from "react"
import { invitationsAnswer } from "../../protocol/commands.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel } from "./panel.tsx"
import { useAsked } from "./use-asked.ts"
import style from "./section.module.css"

/** `changes` grows when one was made here, so that the list is asked for again. */
export function OpenInvitations({ changes }: { changes: number }) {
  const [withdrawn, setWithdrawn] = useState(0)
  const { invitations = [] } = useAsked("/invitations", invitationsAnswer, changes + withdrawn) ?? {}
  if (invitations.length === 0) return null
  const withdraw = async (invitationId: string) => {
    if (await saved(issueWorkspace("withdrawInvitation", { invitationId }, {})))
      setWithdrawn((count) => count + 1)
  }
  return (
    <Panel title={t("team.invitations")}>
      <ul className={style["rows"]}>
        {invitations.map(({ id, role, email }) => (
          <li key={id} className={style["invitation"]}>
            <span>
              {email === null
                ? t("team.invitationAny", { role: t(`role.${role}`) })
                : t("team.invitationFor", { role: t(`role.${role}`), email })}
            </span>
            <Button onClick={() => void withdraw(id)}>{t("team.withdraw")}</Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
