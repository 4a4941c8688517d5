import { t } from "../texts/texts.ts"
import { Dialog } from "../ui/ui.ts"
import { KeyList } from "./key-list.tsx"
import { Palette } from "./palette.tsx"

/** The palette, or the list of keys: what is fetched when either is first asked for. */
export default function Commands({ shows, onClose }: { shows: "palette" | "keys"; onClose: () => void }) {
  const run = (act: () => void) => {
    onClose()
    // The dialog gives the focus back first; what the act does with it comes after.
    setTimeout(act)
  }
  return (
    <Dialog
      title={shows === "palette" ? t("palette.title") : t("action.keyList")}
      closeLabel={t("dismiss")}
      isOpen
      onClose={onClose}
    >
      {shows === "palette" ? <Palette onRun={run} /> : <KeyList />}
    </Dialog>
  )
}
