import { browser } from "./browser.ts"
import { bytes } from "./bytes.ts"
import type { Part } from "./figure.ts"

/** In the order in which they run. */
export const parts: Part[] = [browser, bytes]
