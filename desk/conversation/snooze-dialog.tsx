import { useState } from "react"
import { t } from "../texts/texts.ts"
import { Button, Dialog, Field } from "../ui/ui.ts"
import { stampOf } from "./snooze-times.ts"
import style from "./snooze-dialog.module.css"

type DialogProps = { isOpen: boolean; onClose: () => void; onPick: (until: string) => void }

export function SnoozeDialog({ isOpen, onClose, onPick }: DialogProps) {
  return (
    <Dialog title={t("snooze.pickTitle")} closeLabel={t("dismiss")} isOpen={isOpen} onClose={onClose}>
      <TimeForm
        onPick={(until) => {
          onClose()
          onPick(until)
        }}
      />
    </Dialog>
  )
}

function TimeForm({ onPick }: { onPick: (until: string) => void }) {
  const [value, setValue] = useState("")
  const [isPast, setPast] = useState(false)
  const at = new Date(value)
  return (
    <form
      className={style["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        if (at.getTime() > Date.now()) onPick(stampOf(at))
        else setPast(true)
      }}
    >
      <Field
        label={t("snooze.time")}
        type="datetime-local"
        required
        value={value}
        onValue={(next) => {
          setValue(next)
          setPast(false)
        }}
        problem={isPast ? t("snooze.past") : undefined}
      />
      <Button kind="primary" type="submit">
        {t("snooze.button")}
      </Button>
    </form>
  )
}
