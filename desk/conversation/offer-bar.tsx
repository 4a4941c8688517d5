import { useEffect, useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useActions } from "../actions/actions.ts"
import { serverNow, useAgents, useSelf } from "../replica/replica.ts"
import { countdownWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { useActs } from "./use-acts.ts"
import style from "./offer-bar.module.css"

/** Stands between head and timeline while the conversation is on offer. */
export function OfferBar({ row }: { row: ConversationRow }) {
  const self = useSelf()
  const agents = useAgents()
  const acts = useActs(row)
  const { offer } = row
  const isMine = row.isOpen && offer !== null && offer.agentId === self?.agent.id
  const accept = () => self && acts.assignTo(self.agent.id)
  const decline = () => offer && acts.decline(offer.id)
  useActions({ accept: isMine && accept, decline: isMine && decline })
  if (!offer || !self || !row.isOpen) return null
  const by = offer.byAgentId === null ? undefined : agents.get(offer.byAgentId)?.name
  return (
    <div className={style["bar"]}>
      <p>
        {!isMine
          ? t("offer.toOther", { name: agents.get(offer.agentId)?.name ?? t("someone") })
          : by === undefined
            ? t("offer.toYou")
            : t("offer.toYouBy", { name: by })}
        {" · "}
        <Countdown endsAt={offer.endsAt} />
      </p>
      {isMine && (
        <>
          <Button kind="primary" onClick={accept}>
            {t("offer.accept")}
          </Button>
          <Button onClick={decline}>{t("offer.decline")}</Button>
        </>
      )}
    </div>
  )
}

function Countdown({ endsAt }: { endsAt: string }) {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return <span className={style["left"]}>{countdownWords(endsAt, now)}</span>
}
