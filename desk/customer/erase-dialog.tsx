import { useState } from "react"
import { conversationCommands } from "../../protocol/conversation-commands.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { newId, RefusalError, request } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button, Dialog, showToast } from "../ui/ui.ts"
import { customerName } from "./customer-name.ts"
import style from "./merge-dialog.module.css"

/** Asks before a customer is erased: the one act here that nothing undoes. */
export default function EraseDialog({ row, onClose }: { row: ConversationRow; onClose: () => void }) {
  // The same for each try, so that one whose answer was lost is no second one.
  const [id] = useState(newId)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const name = customerName(row.customer)
  const erase = async () => {
    setBusy(true)
    setProblem(undefined)
    const { method, answer } = conversationCommands.eraseCustomer
    try {
      await request(method, `/conversations/${row.id}/customer/erase`, { id }, answer)
      showToast(t("erase.done", { name }))
      onClose()
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      setProblem(refusalWords(error.body))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={t("erase.title", { name })} closeLabel={t("dismiss")} isOpen onClose={onClose}>
      <div className={style["form"]}>
        <p>{t("erase.what", { name })}</p>
        <p className={style["problem"]} role="status">
          {problem}
        </p>
        <div className={style["buttons"]}>
          <Button onClick={onClose}>{t("erase.keep")}</Button>
          <Button kind="danger" disabled={isBusy} onClick={() => void erase()}>
            {t("erase.submit")}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
