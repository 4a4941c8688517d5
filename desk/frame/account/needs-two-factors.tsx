import type { SessionAnswer } from "../../../protocol/commands.ts"
import { SetUpTwoFactors } from "../../sign-in/sign-in.ts"
import { t } from "../../texts/texts.ts"
import { askSession, signOut } from "../session.ts"
import { Card } from "./card.tsx"

/** His workspace wants two factors, and this sign-in had one. */
export function NeedsTwoFactors({ session }: { session: SessionAnswer }) {
  const company = session.workspaces.find((workspace) => workspace.needsTwoFactors)?.name ?? ""
  return (
    <Card
      title={t("sign.neededTitle")}
      lead={t("sign.neededLead", { company })}
      foot={
        <button type="button" onClick={() => void signOut()}>
          {t("action.signOut")}
        </button>
      }
    >
      <SetUpTwoFactors onDone={() => void askSession()} />
    </Card>
  )
}
