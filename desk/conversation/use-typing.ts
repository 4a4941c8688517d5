import { useEffect, useRef } from "react"

export type Typing = { isTyping: boolean; inNote: boolean }

/** After this long without a key nobody is typing any more, in milliseconds. */
const PAUSE = 4_000

/** Tells when typing begins and ends. */
export function useTyping(
  inNote: boolean,
  onTyping: (typing: Typing) => void,
): { typed: (text: string) => void } {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return {
    typed(text) {
      clearTimeout(timer.current)
      const isTyping = text.trim() !== ""
      onTyping({ isTyping, inNote })
      if (isTyping) timer.current = setTimeout(() => onTyping({ isTyping: false, inNote }), PAUSE)
    },
  }
}
