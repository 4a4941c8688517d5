import { lazy, Suspense } from "react"
import { insist } from "../offline/offline.ts"
import { t } from "../texts/texts.ts"
import { Dialog } from "../ui/ui.ts"

const LabelPicker = lazy(() => insist(() => import("./label-picker.tsx")))

/** Puts labels on the message and takes them off, each at once; `undefined`: nothing is open. */
export function LabelDialog({
  message,
  onClose,
}: {
  message: { conversationId: string; entryId: string; labelIds: readonly string[] } | undefined
  onClose: () => void
}) {
  return (
    <Dialog
      title={t("labels.title")}
      closeLabel={t("dismiss")}
      isOpen={message !== undefined}
      onClose={onClose}
    >
      <Suspense fallback={null}>{message && <LabelPicker {...message} />}</Suspense>
    </Dialog>
  )
}
