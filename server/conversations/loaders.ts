import type { Loader } from "../sync/sync.ts"
import { customerLoader } from "./customer.ts"
import { draftLoader } from "./draft.ts"
import { entryLoader } from "./entries.ts"
import { conversationLoader } from "./loading.ts"

export const conversationLoaders: readonly Loader[] = [
  draftLoader,
  conversationLoader,
  customerLoader,
  entryLoader,
]

export function loaderOf(kind: "entry" | "conversation"): Loader {
  const loader = conversationLoaders.find((one) => one.kind === kind)
  if (loader === undefined) throw new Error(`Nothing loads rows of the kind ${kind}.`)
  return loader
}
