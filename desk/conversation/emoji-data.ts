import type { EmojiData } from "frimousse"
import { insist } from "../offline/offline.ts"
import { t } from "../texts/texts.ts"

/** Every system of the last years has these; of later ones some would be seen as an empty box. */
const NEWEST = 15
/** By the numbers that Emojibase gives them; the missing one is skin tones and hair by themselves. */
const GROUPS = [
  [0, "smileys-emotion"],
  [1, "people-body"],
  [3, "animals-nature"],
  [4, "food-drink"],
  [5, "travel-places"],
  [6, "activities"],
  [7, "objects"],
  [8, "symbols"],
  [9, "flags"],
] as const

/** From our own server: nobody else is told that a picker was opened. */
export async function loadEmoji(): Promise<EmojiData> {
  const { default: emojis } = await insist(() => import("emojibase-data/en/data.json"))
  const shown = new Set<number | undefined>(GROUPS.map(([group]) => group))
  return {
    locale: "en",
    emojis: emojis.flatMap(({ emoji, group, label, version, tags = [] }) =>
      group === undefined || !shown.has(group) || version > NEWEST
        ? []
        : [{ emoji, category: group, label, version, tags: [...tags] }],
    ),
    categories: GROUPS.map(([index, name]) => ({ index, label: t(`emoji.${name}`) })),
    skinTones: { light: "", "medium-light": "", medium: "", "medium-dark": "", dark: "" },
  }
}
