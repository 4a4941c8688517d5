import { lazy, Suspense, useEffect, useState, type ReactNode } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useActions } from "../actions/actions.ts"
import { insist } from "../offline/offline.ts"
import { usePresence, useSelf } from "../replica/replica.ts"
import { languageWords, momentWords, monthWords, t, timeWordsIn, withTexts } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { Addresses } from "./addresses.tsx"
import { customerName, placeOf } from "./customer-name.ts"
import { CustomerPhoto } from "./customer-photo.tsx"
import { Editable } from "./editable.tsx"
import { Fields } from "./fields.tsx"
import { Pages, Stretches } from "./history.tsx"
import { Remarks } from "./remarks.tsx"
import { useCustomerActs } from "./use-customer-acts.ts"
import { useHistory } from "./use-history.ts"
import style from "./panel.module.css"

const EraseDialog = lazy(() => insist(() => withTexts("customers", import("./erase-dialog.tsx"))))
const MergeDialog = lazy(() => insist(() => withTexts("customers", import("./merge-dialog.tsx"))))

/** Everything known of a customer, and what agents note about him. */
export default function Panel({ row }: { row: ConversationRow }) {
  const { customer } = row
  const presence = usePresence(row.id)?.customer
  const page = presence?.isOnline ? presence.page : null
  const history = useHistory(row.id, page)
  const acts = useCustomerActs(row)
  const [isMerging, setMerging] = useState(false)
  const [isErasing, setErasing] = useState(false)
  const mayErase = useSelf()?.reader.isAdmin ?? false
  useActions({
    block: !customer.isBlocked && acts.block,
    unblock: customer.isBlocked && acts.unblock,
    merge: () => setMerging(true),
    erase: mayErase && (() => setErasing(true)),
  })
  const name = customerName(customer)
  const place = placeOf(customer)
  // Only on a website can somebody be seen to be there; there, too, the place is looked up from the IP address.
  const isOfWebsite = row.addresses.some(({ channel }) => channel === "web-chat")
  return (
    <>
      <section className={style["card"]}>
        <div className={style["who"]}>
          <CustomerPhoto row={row} acts={acts} />
          <div className={style["named"]}>
            <Editable
              label={t("customer.name")}
              edit={t("customer.rename")}
              value={customer.name ?? ""}
              most={80}
              onSave={(typed) => acts.rename(typed === "" ? null : typed)}
            >
              <h3 className={style["name"]}>
                <bdi>{name}</bdi>
              </h3>
            </Editable>
            {isOfWebsite && (
              <p className={style["second"]}>
                {presence?.isOnline ? t("customer.online") : t("customer.offline")}
              </p>
            )}
          </div>
        </div>
        {customer.isBlocked && <p className={style["blocked"]}>{t("customer.isBlocked")}</p>}
        <dl className={style["facts"]}>
          {place !== undefined && <Fact term={t("customer.place")}>{place}</Fact>}
          {history?.timeZone && <LocalTime timeZone={history.timeZone} />}
          {customer.language !== null && (
            <Fact term={t("customer.language")}>{languageWords(customer.language)}</Fact>
          )}
          <Fact term={t("customer.firstSeen")}>
            <time dateTime={customer.firstSeenAt} title={momentWords(customer.firstSeenAt)}>
              {monthWords(customer.firstSeenAt)}
            </time>
          </Fact>
          {page !== null && (
            <Fact term={t("customer.page")}>
              <bdi dir="ltr">{page}</bdi>
            </Fact>
          )}
        </dl>
        {place !== undefined && isOfWebsite && (
          <p className={style["credit"]}>
            <a href="https://db-ip.com" target="_blank" rel="noreferrer">
              {t("customer.placeCredit")}
            </a>
          </p>
        )}
      </section>
      <Addresses row={row} devices={history?.devices ?? []} />
      <Fields conversationId={row.id} acts={acts} />
      <Remarks conversationId={row.id} acts={acts} />
      <Pages row={row} visits={history?.visits ?? []} />
      <Stretches conversationId={row.id} stretches={history?.stretches ?? []} />
      <section className={style["foot"]}>
        <Button onClick={() => setMerging(true)}>{t("merge.start")}</Button>
        {customer.isBlocked ? (
          <Button onClick={acts.unblock}>{t("customer.unblock")}</Button>
        ) : (
          <Button kind="danger" onClick={acts.block}>
            {t("customer.block")}
          </Button>
        )}
        {mayErase && (
          <Button kind="danger" onClick={() => setErasing(true)}>
            {t("erase.start")}
          </Button>
        )}
      </section>
      {isErasing && (
        <Suspense fallback={null}>
          <EraseDialog row={row} onClose={() => setErasing(false)} />
        </Suspense>
      )}
      {isMerging && (
        <Suspense fallback={null}>
          <MergeDialog row={row} onClose={() => setMerging(false)} />
        </Suspense>
      )}
    </>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** Milliseconds: the clock shows minutes. */
const TICK = 15_000

function LocalTime({ timeZone }: { timeZone: string }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK)
    return () => clearInterval(timer)
  }, [])
  return (
    <Fact term={t("customer.localTime")}>
      <time title={timeZone.replaceAll("_", " ")}>{timeWordsIn(timeZone, now)}</time>
    </Fact>
  )
}
