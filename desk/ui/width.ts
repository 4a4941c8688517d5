import { useSyncExternalStore } from "react"

/** The three layouts of the desk: the customer's column stands beside from 1160 px, and below 880 px it is a phone app:
 * so a conversation has 400 px in each. */
export type Width = "phone" | "narrow" | "wide"

const phone = matchMedia("(max-width: 879.98px)")
const wide = matchMedia("(min-width: 1160px)")

function watch(changed: () => void) {
  phone.addEventListener("change", changed)
  wide.addEventListener("change", changed)
  return () => {
    phone.removeEventListener("change", changed)
    wide.removeEventListener("change", changed)
  }
}

export function useWidth(): Width {
  return useSyncExternalStore(watch, () => (phone.matches ? "phone" : wide.matches ? "wide" : "narrow"))
}
