import type { KeyboardEvent, RefObject } from "react"
import { flushSync } from "react-dom"
import { keysOf, useActions } from "../actions/actions.ts"

const MARKS = { bold: "*", italic: "_" } as const

/** Puts the marks of formatting around what is selected, or takes them away. Answers whether it was a key of theirs. */
export function useMarks(o: {
  field: RefObject<HTMLTextAreaElement | null>
  isOn: boolean
  onText: (text: string) => void
}): (event: KeyboardEvent) => boolean {
  const { field, isOn, onText } = o
  const mark = (sign: string) => {
    const element = field.current
    if (!element) return
    const { value, selectionStart: from, selectionEnd: to } = element
    const isMarked = from > 0 && value[from - 1] === sign && value[to] === sign
    const [before, after] = [value.slice(0, isMarked ? from - 1 : from), value.slice(isMarked ? to + 1 : to)]
    const signs = isMarked ? "" : sign
    const marked = before + signs + value.slice(from, to) + signs + after
    const at = before.length + signs.length
    // At once, so that the next key, however soon, finds what is selected where the text has it.
    flushSync(() => onText(marked))
    element.focus()
    element.setSelectionRange(at, at + to - from)
  }
  const acts = { bold: () => mark(MARKS.bold), italic: () => mark(MARKS.italic) }
  useActions(isOn ? acts : {})
  return (event) => {
    if (!isOn || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return false
    const name = (["bold", "italic"] as const).find((one) => keysOf(one) === `Mod ${event.key.toLowerCase()}`)
    if (name === undefined) return false
    event.preventDefault()
    acts[name]()
    return true
  }
}
