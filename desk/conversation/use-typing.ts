import { useEffect, useMemo, useRef } from "react"

export type Typing = { isTyping: boolean; inNote: boolean }

/** After this long without a key nobody is typing any more, in milliseconds. */
const PAUSE = 4_000

/** Tells when typing begins and ends; what was told last is not told again with each key. */
export function useTyping(
  inNote: boolean,
  onTyping: (typing: Typing) => void,
): { typed: (text: string) => void } {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const told = useRef<Typing>({ isTyping: false, inNote: false })
  return useMemo(() => {
    const tell = (typing: Typing) => {
      if (typing.isTyping === told.current.isTyping && typing.inNote === told.current.inNote) return
      told.current = typing
      onTyping(typing)
    }
    return {
      typed(text) {
        clearTimeout(timer.current)
        const isTyping = text.trim() !== ""
        tell({ isTyping, inNote })
        if (isTyping) timer.current = setTimeout(() => tell({ isTyping: false, inNote }), PAUSE)
      },
    }
  }, [inNote, onTyping])
}
