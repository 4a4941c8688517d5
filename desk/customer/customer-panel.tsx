import { lazy, Suspense } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { insist } from "../offline/offline.ts"

const Panel = lazy(() => insist(() => import("./panel.tsx")))

/** Its code loads beside the conversation, which is read and answered without it. */
export function CustomerPanel({ row }: { row: ConversationRow }) {
  return (
    <Suspense fallback={null}>
      <Panel key={row.id} row={row} />
    </Suspense>
  )
}
