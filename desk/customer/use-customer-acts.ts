import type { ConversationRow } from "../../protocol/rows.ts"
import { issue, newId, type CustomerNotes, type Outcome } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { showToast } from "../ui/ui.ts"
import { customerName } from "./customer-name.ts"

type Remark = CustomerNotes["remarks"][number]

/** What can be noted about a customer, and blocking him: shown at once, each with an undo instead of a question. */
export function useCustomerActs(row: ConversationRow) {
  const params = { conversationId: row.id }
  const { customer } = row
  const say = (asked: Promise<Outcome>) => {
    void asked.then((outcome) => {
      if (outcome.kind === "refused") showToast(refusalWords(outcome.refusal))
    })
  }
  const undoable = (text: string, run: () => void) => showToast(text, { label: t("undo"), run })
  const setName = (name: string | null) => say(issue("renameCustomer", params, { name }))
  const setField = (name: string, value: string | null) => say(issue("setField", params, { name, value }))
  const setRemark = (remarkId: string, text: string | null, basedOn?: string): Promise<Outcome> => {
    const asked = issue("remark", { ...params, remarkId }, { text, basedOn })
    say(asked)
    return asked
  }
  const showPhoto = (photoId: string | null) => say(issue("showCustomerPhoto", params, { photoId }))
  const setBlocked = (isBlocked: boolean) => say(issue("block", params, { isBlocked }))
  return {
    rename(name: string | null) {
      setName(name)
      undoable(t("customer.renamed", { name: name ?? customerName({ ...customer, name: null }) }), () =>
        setName(customer.name),
      )
    },
    /** Another one was put on. */
    tellPhoto(text: string) {
      undoable(text, () => showPhoto(customer.photoId))
    },
    removePhoto() {
      showPhoto(null)
      undoable(t("customer.photoRemoved"), () => showPhoto(customer.photoId))
    },
    setField({ name, from, to }: { name: string; from: string | null; to: string | null }) {
      setField(name, to)
      const text = to === null ? t("customer.fieldRemoved", { name }) : t("customer.fieldSaved", { name })
      undoable(text, () => setField(name, from))
    },
    addRemark(text: string) {
      return setRemark(newId(), text)
    },
    /** `remark`: as it was when the change was begun. */
    changeRemark({ id, text: before }: Remark, text: string) {
      const asked = setRemark(id, text, before)
      undoable(t("customer.remarkSaved"), () => void setRemark(id, before))
      return asked
    },
    removeRemark({ id, text }: Remark) {
      void setRemark(id, null)
      undoable(t("customer.remarkRemoved"), () => void setRemark(id, text))
    },
    block() {
      setBlocked(true)
      undoable(t("customer.blockedNow", { name: customerName(customer) }), () => {
        setBlocked(false)
        if (row.isOpen) say(issue("reopen", params, { undo: true }))
      })
    },
    unblock() {
      setBlocked(false)
      undoable(t("customer.unblockedNow", { name: customerName(customer) }), () => setBlocked(true))
    },
  }
}

export type CustomerActs = ReturnType<typeof useCustomerActs>
