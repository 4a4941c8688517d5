import { weigh } from "../../tools/checks/byte-budgets.ts"
import type { Part } from "./figure.ts"

const kilobyte = 1024

/** What visitors and agents load, by the same scales as `npm run check`. */
export const bytes: Part = {
  name: "bytes",
  async run() {
    return weigh().map((weight) => ({
      name: `script loaded: ${weight.what}`,
      value: weight.bytes / kilobyte,
      unit: "KB gz",
      aim: { what: `≤ ${weight.budget / kilobyte} KB`, isMet: weight.bytes <= weight.budget },
    }))
  },
}
