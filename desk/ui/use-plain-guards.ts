import { useEffect } from "react"

/**
 * Base UI puts empty elements around a popup that pass the focus on when Tab reaches them, and hides them from
 * screen readers. Something focusable must not be hidden (WCAG 4.1.2), and being empty they need not be. Some
 * appear after the popup, so this goes on while it is open.
 */
export function usePlainGuards() {
  useEffect(() => {
    const mend = () => {
      for (const guard of document.querySelectorAll("[data-base-ui-focus-guard][aria-hidden]"))
        guard.removeAttribute("aria-hidden")
    }
    mend()
    const observer = new MutationObserver(mend)
    observer.observe(document.body, { childList: true, subtree: true })
    return () => observer.disconnect()
  }, [])
}
