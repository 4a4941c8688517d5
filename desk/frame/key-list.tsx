import { ACTIONS, keysOf, type ActionName } from "../actions/actions.ts"
import { t } from "../texts/texts.ts"
import { keyWords } from "./key-words.tsx"
import style from "./key-list.module.css"

/** Every action that has a key, whether or not it can be done right now. */
export function KeyList() {
  const names = Object.keys(ACTIONS).filter((name): name is ActionName => name in ACTIONS)
  return (
    <dl className={style["keys"]}>
      {names.map((name) => {
        const keys = keysOf(name)
        return (
          keys && (
            <div key={name} data-action={name}>
              <dt>{t(ACTIONS[name].words)}</dt>
              <dd>{keyWords(keys)}</dd>
            </div>
          )
        )
      })}
    </dl>
  )
}
