import { t } from "../texts/texts.ts"
import { Dialog } from "../ui/ui.ts"
import style from "./key-list.module.css"

const KEYS = [
  ["j k", "keys.move"],
  ["Enter", "keys.open"],
  ["x", "keys.select"],
  ["r", "keys.answer"],
  ["n", "keys.note"],
  ["a", "keys.assign"],
  ["m", "keys.take"],
  ["e", "keys.close"],
  ["z", "keys.snooze"],
  ["s", "keys.star"],
  ["l", "keys.label"],
  ["u", "keys.unread"],
  ["c", "keys.start"],
  ["Esc", "keys.back"],
  ["g m", "keys.me"],
  ["g u", "keys.unassigned"],
  ["g s", "keys.starred"],
  ["g t", "keys.team"],
  ["/", "search.title"],
  ["?", "keys.list"],
] as const

export function KeyList({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog title={t("keys.title")} closeLabel={t("dismiss")} isOpen={isOpen} onClose={onClose}>
      <dl className={style["keys"]}>
        {KEYS.map(([keys, words]) => (
          <div key={keys}>
            <dt>{t(words)}</dt>
            <dd>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
