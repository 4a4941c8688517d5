import { t } from "../texts/texts.ts"
import style from "./key-words.module.css"

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** Keys as they are written on the keyboard in front of the reader. */
export function keyWords(keys: string) {
  return (
    <span className={style["keys"]}>
      {keys.split(" ").map((key) => (
        <kbd key={key}>{key === "Mod" ? t(isApple ? "keys.command" : "keys.control") : nameOf(key)}</kbd>
      ))}
    </span>
  )
}

function nameOf(key: string): string {
  return key === "Escape" ? t("keys.escape") : key === "Enter" ? t("keys.enter") : key
}
