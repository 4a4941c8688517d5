import { useEffect, useSyncExternalStore } from "react"
import { Button } from "./button.tsx"
import style from "./toast.module.css"

type Toast = { text: string; action?: { label: string; run: () => void } }

/** Long enough to read and reach for Undo. */
const TOAST_LIFE = 8_000

let shown: Toast | undefined
const watchers = new Set<() => void>()

function show(toast: Toast | undefined) {
  shown = toast
  for (const watcher of watchers) watcher()
}

/** Says what just happened at the foot of the window, with one thing to do about it; replaces what stood there. */
export function showToast(text: string, action?: Toast["action"]) {
  show(action ? { text, action } : { text })
}

function watch(changed: () => void) {
  watchers.add(changed)
  return () => {
    watchers.delete(changed)
  }
}

export function Toasts({ closeLabel }: { closeLabel: string }) {
  const toast = useSyncExternalStore(watch, () => shown)
  useEffect(() => {
    if (!toast) return
    const timer = setTimeout(() => show(undefined), TOAST_LIFE)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className={style["place"]} role="status">
      {toast && (
        <div className={style["toast"]}>
          <span>{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              className={style["action"]}
              onClick={() => {
                show(undefined)
                toast.action?.run()
              }}
            >
              {toast.action.label}
            </button>
          )}
          <Button icon="close" label={closeLabel} onClick={() => show(undefined)} />
        </div>
      )}
    </div>
  )
}
