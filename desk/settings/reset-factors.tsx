import { useState } from "react"
import type { AgentRow } from "../../protocol/rows.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Dialog } from "../ui/ui.ts"
import { saved } from "./act.ts"
import formStyle from "./form.module.css"

/** For a colleague who has lost his phone. It cannot be undone, so it is said first what it does. */
export function ResetFactors({ agent, onDone }: { agent: AgentRow; onDone: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const reset = async () => {
    const isDone = await saved(
      issueWorkspace("resetTwoFactors", { agentId: agent.id }, {}),
      t("team.factorsReset", { name: agent.name }),
    )
    if (isDone) onDone()
    setOpen(false)
  }
  return (
    <>
      <Button label={t("team.resetFactorsOf", { name: agent.name })} onClick={() => setOpen(true)}>
        {t("team.resetFactors")}
      </Button>
      <Dialog
        title={t("team.resetFactorsTitle", { name: agent.name })}
        closeLabel={t("dismiss")}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
      >
        <div className={formStyle["form"]}>
          <p>{t("team.resetFactorsWhat")}</p>
          <Button kind="danger" onClick={() => void reset()}>
            {t("team.resetFactorsDo")}
          </Button>
        </div>
      </Dialog>
    </>
  )
}
