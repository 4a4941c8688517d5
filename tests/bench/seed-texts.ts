/**
 * What people write in a data set: everyday sentences. Where that is looked for, half of all messages have words and
 * numbers of their own, too, of which few are used often and most hardly ever, as in any language (the share of the
 * n-th word is about 1/n).
 */
import type { Random } from "../faults/random.ts"

export const sayings = [
  "Hello, I ordered a pair of the blue ones last week and they have not come yet.",
  "Could you tell me whether this is in stock in size 42?",
  "Thank you very much, that was quick!",
  "The parcel came, but the box was open and one of the laces is missing. What shall I do now?",
  "I have looked into it: it left our warehouse this morning and should be with you by Thursday.",
  "Yes.",
  "We are sorry about that. I have put a new pair on its way to you, and you need not send the old one back.",
  "My order number is 48213.",
  "Is there a discount if we take forty pairs for the whole team? We would need them before the end of the month, in at least six sizes.",
  "One moment please, I am asking a colleague.",
  "Any news?",
  "That works for me. Have a good weekend!",
]

/** Each stands in a tenth of all messages or more. */
export const FREQUENT = ["the", "have", "that", "pair", "one", "order", "you", "and", "size"]

const WORDS = 30_000
/** The n-th words from here on stand in a few of a million messages. */
export const RARE_FROM = 8_000

const FIRST = "b d f g k l m n p r s t v z br st".split(" ")
const SECOND = "a e i o u".split(" ")

/** The n-th word of their language, the most used first. */
export function wordAt(place: number): string {
  const syllables = FIRST.length * SECOND.length
  let rest = place + syllables
  let word = ""
  while (rest > 0) {
    const syllable = rest % syllables
    word = `${FIRST[Math.floor(syllable / SECOND.length)]}${SECOND[syllable % SECOND.length]}${word}`
    rest = Math.floor(rest / syllables)
  }
  return `${word}n`
}

export function anyWord(random: Random): string {
  return wordAt(Math.floor(WORDS ** random.number()) - 1)
}

export function rareWord(random: Random): string {
  return wordAt(Math.floor(random.between(RARE_FROM, WORDS)))
}

export function writeText(random: Random): string {
  const saying = random.pick(sayings)
  if (random.chance(0.5)) return saying
  const words = Array.from({ length: 3 + Math.floor(random.between(0, 5)) }, () => anyWord(random))
  if (random.chance(0.2)) words.push(`A-${Math.floor(random.between(100_000, 10_000_000))}`)
  return `${saying} ${words.join(" ")}`
}

const GIVEN =
  "Ada Bo Cy Dee Eve Finn Gus Ida Jo Kai Lea Max Nina Otto Pia Rosa Sam Tom Una Vera Willem Yara Zoe".split(
    " ",
  )

export function nameOf(random: Random): string {
  const family = anyWord(random)
  return `${random.pick(GIVEN)} ${family.slice(0, 1).toUpperCase()}${family.slice(1)}`
}
