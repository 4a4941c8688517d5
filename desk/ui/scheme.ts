import { useSyncExternalStore } from "react"

/** `public/scheme.js` reads it, too, and shows it. */
const KEPT = "parley-scheme"
const CHANGED = "parley-scheme"

export const SCHEMES = ["system", "light", "dark"] as const
export type Scheme = (typeof SCHEMES)[number]

function watch(changed: () => void) {
  addEventListener(CHANGED, changed)
  addEventListener("storage", changed)
  return () => {
    removeEventListener(CHANGED, changed)
    removeEventListener("storage", changed)
  }
}

function read(): Scheme {
  return SCHEMES.find((scheme) => scheme === localStorage.getItem(KEPT)) ?? "system"
}

/** Light or dark, for all windows of this device. */
export function useScheme(): Scheme {
  return useSyncExternalStore(watch, read)
}

export function chooseScheme(scheme: Scheme): void {
  if (scheme === "system") localStorage.removeItem(KEPT)
  else localStorage.setItem(KEPT, scheme)
  dispatchEvent(new Event(CHANGED))
}
