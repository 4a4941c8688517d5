import { EmojiPicker, type EmojiData, type EmojiPickerListComponents } from "frimousse"
import { useState } from "react"
import { t } from "../texts/texts.ts"
import { loadEmoji } from "./emoji-data.ts"
import { recentEmoji, rememberEmoji } from "./recent-emoji.ts"
import style from "./emoji-choice.module.css"

export default function EmojiChoice({ onPick }: { onPick: (emoji: string) => void }) {
  const pick = (emoji: string) => {
    rememberEmoji(emoji)
    onPick(emoji)
  }
  return (
    <>
      <Recent onPick={pick} />
      <EmojiPicker.Root
        className={style["picker"]}
        columns={8}
        resolveEmojiData={resolve}
        onEmojiSelect={({ emoji }) => pick(emoji)}
      >
        <EmojiPicker.Search
          className={style["search"]}
          aria-label={t("emoji.search")}
          placeholder={t("emoji.search")}
          autoFocus
        />
        <EmojiPicker.Viewport className={style["viewport"]}>
          <EmojiPicker.Loading className={style["said"]}>{t("emoji.loading")}</EmojiPicker.Loading>
          <EmojiPicker.Empty className={style["said"]}>{t("emoji.none")}</EmojiPicker.Empty>
          <EmojiPicker.List className={style["list"]} components={PARTS} />
        </EmojiPicker.Viewport>
      </EmojiPicker.Root>
    </>
  )
}

/** The library counts rows and columns from 0; for screen readers they begin with 1. */
const PARTS: Partial<EmojiPickerListComponents> = {
  CategoryHeader: ({ category, ...props }) => (
    <div {...props} className={style["category"]}>
      {category.label}
    </div>
  ),
  Row: (props) => (
    <div {...props} className={style["row"]} aria-rowindex={Number(props["aria-rowindex"]) + 1} />
  ),
  Emoji: ({ emoji, ...props }) => (
    <button
      {...props}
      type="button"
      role="gridcell"
      className={style["emoji"]}
      title={emoji.label}
      aria-colindex={Number(props["aria-colindex"]) + 1}
    >
      {emoji.emoji}
    </button>
  ),
}

const resolve = (): Promise<EmojiData> => loadEmoji()

function Recent({ onPick }: { onPick: (emoji: string) => void }) {
  const [recent] = useState(recentEmoji)
  if (recent.length === 0) return null
  return (
    <div className={style["recent"]} role="group" aria-label={t("emoji.recent")}>
      {recent.map((emoji) => (
        <button key={emoji} type="button" className={style["emoji"]} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  )
}
