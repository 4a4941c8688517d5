import type { ReactNode } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { usePresence, useSources } from "../replica/replica.ts"
import { languageWords, momentWords, t } from "../texts/texts.ts"
import { Avatar, Icon } from "../ui/ui.ts"
import { channelIcon, channelWords } from "./channel-words.ts"
import { customerName, placeOf } from "./customer-name.ts"
import style from "./customer-panel.module.css"

const monthAndYear = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" })

export function CustomerPanel({ row }: { row: ConversationRow }) {
  const { customer } = row
  const presence = usePresence(row.id)
  const name = customerName(customer)
  const place = placeOf(customer)
  // Only on a website can somebody be seen to be there; there, too, the place is looked up from the IP address.
  const isOfWebsite = row.addresses.some(({ channel }) => channel === "web-chat")
  return (
    <>
      <section className={style["card"]}>
        <div className={style["who"]}>
          <Avatar id={customer.id} name={name} size={48} isOnline={presence?.customer.isOnline ?? false} />
          <div>
            <h3 className={style["name"]}>
              <bdi>{name}</bdi>
            </h3>
            {isOfWebsite && (
              <p className={style["second"]}>
                {presence?.customer.isOnline ? t("customer.online") : t("customer.offline")}
              </p>
            )}
          </div>
        </div>
        <dl className={style["facts"]}>
          {place !== undefined && <Fact term={t("customer.place")}>{place}</Fact>}
          {customer.language !== null && (
            <Fact term={t("customer.language")}>{languageWords(customer.language)}</Fact>
          )}
          <Fact term={t("customer.firstSeen")}>
            <time dateTime={customer.firstSeenAt} title={momentWords(customer.firstSeenAt)}>
              {monthAndYear.format(Date.parse(customer.firstSeenAt))}
            </time>
          </Fact>
          {presence?.customer.isOnline && presence.customer.page !== null && (
            <Fact term={t("customer.page")}>
              <bdi dir="ltr">{presence.customer.page}</bdi>
            </Fact>
          )}
        </dl>
      </section>
      <Addresses row={row} />
      {place !== undefined && isOfWebsite && (
        <p className={style["credit"]}>
          <a href="https://db-ip.com" target="_blank" rel="noreferrer">
            {t("customer.placeCredit")}
          </a>
        </p>
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

function Addresses({ row }: { row: ConversationRow }) {
  const sources = useSources()
  return (
    <section className={style["card"]}>
      <h3>{t("customer.addresses")}</h3>
      <ul className={style["addresses"]}>
        {row.addresses.map((address) => (
          <li key={address.id}>
            <Icon name={channelIcon(address.channel)} size={16} />
            <span className={style["address"]}>
              <bdi>{address.display || channelWords(address.channel)}</bdi>
              <span className={style["second"]}>
                {sources.get(address.sourceId)?.name ?? channelWords(address.channel)}
                {address.optedOut && ` · ${t("customer.optedOut")}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
