import { useEffect, useRef } from "react"
import { useBlocker } from "@tanstack/react-router"

/** What is open over the page, the uppermost last. */
const open: (() => void)[] = []

/**
 * Going back (a phone's gesture or button, the browser's arrow) closes what is on top and stays on the page under it. For
 * what is mounted only while it is open. Going somewhere else by a link or from a list of places does not ask.
 */
export function useCloseOnBack(onClose: () => void) {
  const latest = useRef(onClose)
  useEffect(() => {
    latest.current = onClose
  })
  useEffect(() => {
    const close = () => latest.current()
    open.push(close)
    return () => void open.splice(open.indexOf(close), 1)
  }, [])
  // The first of several is asked first, so that each speaks for all.
  useBlocker({ shouldBlockFn: closeUppermost, enableBeforeUnload: false })
}

function closeUppermost({ action }: { action: string }): boolean {
  const close = open.at(-1)
  if (action !== "BACK" || !close) return false
  close()
  return true
}
