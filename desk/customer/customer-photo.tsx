import { useRef, useState } from "react"
import { done } from "../../protocol/command.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useActions } from "../actions/actions.ts"
import { newId, RefusalError, request, usePresence } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Icon, Menu, PhotoInput, showToast, type MenuLine } from "../ui/ui.ts"
import { CustomerAvatar } from "./customer-avatar.tsx"
import type { CustomerActs } from "./use-customer-acts.ts"
import style from "./panel.module.css"

/** What stands for a customer, and a menu to change it. */
export function CustomerPhoto({ row, acts }: { row: ConversationRow; acts: CustomerActs }) {
  const input = useRef<HTMLInputElement>(null)
  const [isBusy, setBusy] = useState(false)
  const presence = usePresence(row.id)?.customer
  const { customer } = row
  const hasPhoto = customer.photoId !== null
  const put = async (square: Blob) => {
    setBusy(true)
    try {
      await request("PUT", `/conversations/${row.id}/customer/photo?id=${newId()}`, square, done)
      acts.tellPhoto(t("customer.photoSaved"))
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      showToast(refusalWords(error.body))
    } finally {
      setBusy(false)
    }
  }
  const choose = () => input.current?.click()
  useActions({ photo: !isBusy && choose, removePhoto: hasPhoto && acts.removePhoto })
  const name = hasPhoto ? t("customer.photo") : t("customer.addPhoto")
  const choosing = hasPhoto ? t("customer.changePhoto") : t("customer.addPhoto")
  const lines: MenuLine[] = [{ kind: "item", label: choosing, icon: "pencil", onSelect: choose }]
  if (hasPhoto)
    lines.push({ kind: "item", label: t("customer.removePhoto"), icon: "trash", onSelect: acts.removePhoto })
  return (
    <>
      <span className={style["photo"]}>
        <CustomerAvatar
          conversationId={row.id}
          customer={customer}
          size={48}
          isOnline={presence?.isOnline ?? false}
        />
        <Menu
          lines={lines}
          button={
            <button type="button" disabled={isBusy} aria-label={name} title={name}>
              <Icon name="pencil" size={14} />
            </button>
          }
        />
      </span>
      <PhotoInput ref={input} label={t("customer.photo")} onChoose={(square) => void put(square)} />
    </>
  )
}
