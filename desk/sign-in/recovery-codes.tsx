import { t } from "../texts/texts.ts"
import { Button, copyText, showToast } from "../ui/ui.ts"
import style from "./sign-in.module.css"

/** Shown this once: they are in this component's memory and nowhere else. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const text = `${codes.join("\n")}\n`
  return (
    <div className={style["form"]}>
      <p>{t("sign.recoveryWhat")}</p>
      <ul className={style["codes"]} aria-label={t("sign.recoveryCodes")} dir="ltr">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={style["buttons"]}>
        <a
          className={style["download"]}
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="parley-recovery-codes.txt"
        >
          {t("sign.download")}
        </a>
        <Button icon="copy" onClick={() => void copyText(text).then(() => showToast(t("sign.copied")))}>
          {t("sign.copy")}
        </Button>
        <Button kind="primary" onClick={onDone}>
          {t("sign.done")}
        </Button>
      </div>
    </div>
  )
}
