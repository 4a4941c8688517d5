import { t } from "../texts/texts.ts"
import { Button, copyText, Field, showToast } from "../ui/ui.ts"
import style from "./section.module.css"

/** Something to take elsewhere: shown whole, selected when entered, copied with one click. */
export function CopiedField({
  label,
  value,
  hint,
}: {
  label: string
  value: string
  hint?: string | undefined
}) {
  return (
    <div>
      <div className={style["copied"]}>
        <Field
          label={label}
          value={value}
          onValue={() => undefined}
          readOnly
          dir="ltr"
          onFocus={(event) => event.target.select()}
        />
        <Button icon="copy" onClick={() => void copyText(value).then(() => showToast(t("settings.copied")))}>
          {t("settings.copy")}
        </Button>
      </div>
      {hint !== undefined && <p className={style["second"]}>{hint}</p>}
    </div>
  )
}
