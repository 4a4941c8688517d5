/** A small set of emoji, drawn by the system; whoever needs others has his keyboard's own picker. */
import { useEffect, useRef } from "preact/hooks"

const EMOJI =
  "😀 😄 😁 😅 😂 🙂 😉 😊 😍 😘 😎 🤔 😐 😕 🙁 😢 😭 😡 😱 😴 🤗 🙄 😬 🤷 👍 👎 👌 🙏 👏 💪 👋 🤝 ❤️ 💔 🎉 🔥 ⭐ ✅ ❌ ❓ ⚡ ☀️ 🌙 🎁 📦 🚚 🛒 💳".split(
    " ",
  )
const IN_A_ROW = 8

export function EmojiPicker({
  label,
  onPick,
  onLeave,
}: {
  label: string
  onPick: (emoji: string) => void
  onLeave: () => void
}) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.querySelector("button")?.focus(), [])

  function move(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault()
      onLeave()
    }
    const isTurned = box.current !== null && getComputedStyle(box.current).direction === "rtl"
    const step = {
      ArrowRight: isTurned ? -1 : 1,
      ArrowLeft: isTurned ? 1 : -1,
      ArrowDown: IN_A_ROW,
      ArrowUp: -IN_A_ROW,
    }[event.key]
    if (step === undefined || !(event.target instanceof HTMLElement)) return
    event.preventDefault()
    const buttons = [...(box.current?.querySelectorAll("button") ?? [])]
    buttons[buttons.findIndex((button) => button === event.target) + step]?.focus()
  }

  return (
    <div ref={box} class="emoji" role="group" aria-label={label} onKeyDown={move}>
      {EMOJI.map((emoji, index) => (
        <button type="button" key={emoji} tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  )
}
