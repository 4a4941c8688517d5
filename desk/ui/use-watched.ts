import { useSyncExternalStore } from "react"

function watch(changed: () => void) {
  addEventListener("focus", changed)
  addEventListener("blur", changed)
  document.addEventListener("visibilitychange", changed)
  return () => {
    removeEventListener("focus", changed)
    removeEventListener("blur", changed)
    document.removeEventListener("visibilitychange", changed)
  }
}

/** Whether somebody can be looking: the window is visible and has the focus. */
export function useWatched(): boolean {
  return useSyncExternalStore(watch, () => document.visibilityState === "visible" && document.hasFocus())
}
