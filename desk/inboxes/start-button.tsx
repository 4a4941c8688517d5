import { lazy, Suspense, useState } from "react"
import { insist } from "../offline/offline.ts"
import { useActions } from "../actions/actions.ts"
import { useSelf, useSources } from "../replica/replica.ts"
import { t, withTexts } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"

const NewConversation = lazy(() => insist(() => withTexts("conversation", import("./new-conversation.tsx"))))

/** There only for those who have a number to write from. */
export function StartButton() {
  const self = useSelf()
  const mine = [...useSources().values()].filter(
    ({ channel, teamId }) => channel === "sms" && (self?.reader.isAdmin || self?.reader.teamIds.has(teamId)),
  )
  const [isOpen, setOpen] = useState(false)
  const canStart = mine.length > 0
  useActions({ start: canStart && (() => setOpen(true)) })
  if (!canStart) return null
  return (
    <>
      <Button icon="plus" label={t("start.button")} onClick={() => setOpen(true)} />
      {isOpen && (
        <Suspense fallback={null}>
          <NewConversation sources={mine} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
