import type { Language } from "../../protocol/languages.ts"
import { push as ar } from "./ar/push.ts"
import { push as de } from "./de/push.ts"
import { push as en } from "./en/push.ts"
import { push as es } from "./es/push.ts"
import { push as fr } from "./fr/push.ts"
import { push as sv } from "./sv/push.ts"

/** Given to the service worker by the build: it speaks without a page that could have loaded its words. */
export const pushTexts: Record<Language, Record<keyof typeof en, string>> = { en, de, fr, es, sv, ar }
