import type { EmojiData } from "frimousse"
import { insist } from "../offline/offline.ts"

/** Every system of the last years has these; of later ones some would be seen as an empty box. */
const NEWEST = 15
/** Skin tones and hair by themselves. */
const COMPONENTS = 2

/** From our own server: nobody else is told that a picker was opened. */
export async function loadEmoji(): Promise<EmojiData> {
  const [{ default: emojis }, { default: messages }] = await Promise.all([
    insist(() => import("emojibase-data/en/data.json")),
    insist(() => import("emojibase-data/en/messages.json")),
  ])
  return {
    locale: "en",
    emojis: emojis.flatMap(({ emoji, group, label, version, tags = [] }) =>
      group === undefined || group === COMPONENTS || version > NEWEST
        ? []
        : [{ emoji, category: group, label, version, tags: [...tags] }],
    ),
    categories: messages.groups
      .filter(({ order }) => order !== COMPONENTS)
      .map(({ order, message }) => ({ index: order, label: message })),
    skinTones: { light: "", "medium-light": "", medium: "", "medium-dark": "", dark: "" },
  }
}
