import { Link } from "@tanstack/react-router"
import { useState } from "react"
import type { CustomerHistory } from "../../protocol/customers.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useSources } from "../replica/replica.ts"
import { agoWords, dateWords, momentWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import style from "./panel.module.css"

const FEW = 5

/** Pages of our websites he was on, the latest first. */
export function Pages({ row, visits }: { row: ConversationRow; visits: CustomerHistory["visits"] }) {
  const sources = useSources()
  const [showsAll, setShowsAll] = useState(false)
  const [now] = useState(Date.now)
  if (visits.length === 0) return null
  const websites = new Set(
    row.addresses.filter(({ channel }) => channel === "web-chat").map(({ sourceId }) => sourceId),
  )
  const siteOf = (addressId: string) => {
    const address = row.addresses.find(({ id }) => id === addressId)
    return websites.size > 1 && address ? sources.get(address.sourceId)?.name : undefined
  }
  return (
    <section className={style["card"]}>
      <h3>{t("customer.pages")}</h3>
      <ol className={style["lines"]} aria-label={t("customer.pages")}>
        {visits.slice(0, showsAll ? visits.length : FEW).map(({ addressId, path, at }) => (
          <li key={`${addressId} ${at}`} className={style["visit"]}>
            <span className={style["text"]}>
              <bdi dir="ltr">{path}</bdi>
              {siteOf(addressId) !== undefined && (
                <span className={style["second"]}>{siteOf(addressId)}</span>
              )}
            </span>
            <time className={style["second"]} dateTime={at} title={momentWords(at)}>
              {agoWords(at, now)}
            </time>
          </li>
        ))}
      </ol>
      {visits.length > FEW && !showsAll && (
        <Button kind="quiet" onClick={() => setShowsAll(true)}>
          {t("customer.allPages", { count: visits.length })}
        </Button>
      )}
    </section>
  )
}

/** When the conversation was open, as links to where each time begins; a first and only one is the timeline itself. */
export function Stretches({
  conversationId,
  stretches,
}: {
  conversationId: string
  stretches: CustomerHistory["stretches"]
}) {
  if (stretches.length < 2) return null
  return (
    <section className={style["card"]}>
      <h3>{t("customer.stretches")}</h3>
      <ol className={style["lines"]} aria-label={t("customer.stretches")}>
        {stretches.map(({ entryId, from, until }) => (
          <li key={entryId} className={style["visit"]}>
            <Link
              to="/conversations/$conversationId"
              params={{ conversationId }}
              search={{ entry: entryId }}
              className={style["link"]}
            >
              {dateWords(from)}
            </Link>
            <span className={style["second"]}>
              {until === null ? t("customer.stillOpen") : t("customer.closedOn", { date: dateWords(until) })}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
