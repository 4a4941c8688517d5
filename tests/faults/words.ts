/** Each company's people begin all they write with a word of their own, by which it is known wherever it turns up. */
export const WORDS = ["lark", "wren"] as const

export function wordsIn(text: string): string[] {
  return WORDS.filter((word) => text.includes(`${word} `))
}
