import { useEffect, useRef, useState } from "react"
import { useAgents, type TimelineEntry } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"

/** Says politely what others write while the conversation is open; what was there before is not read out. */
export function Announcer({
  entries,
  customer,
  selfId,
}: {
  entries: readonly TimelineEntry[]
  customer: string
  selfId: string
}) {
  const agents = useAgents()
  const [words, setWords] = useState("")
  const heard = useRef<string | undefined>(undefined)
  const last = entries.at(-1)
  useEffect(() => {
    if (!last) return
    const before = heard.current
    heard.current = last.at
    if (
      before === undefined ||
      last.at <= before ||
      last.body.type === "event" ||
      last.body.agentId === selfId
    )
      return
    const author =
      last.body.agentId === null ? customer : (agents.get(last.body.agentId)?.name ?? t("someone"))
    setWords(
      t(last.body.type === "note" ? "timeline.noted" : "timeline.said", {
        name: author,
        text: last.body.text,
      }),
    )
  }, [last, customer, selfId, agents])
  return (
    <p className="unseen" role="status">
      {words}
    </p>
  )
}
