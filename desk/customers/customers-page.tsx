import { Link, useNavigate, useSearch } from "@tanstack/react-router"
import { useState, type ReactNode } from "react"
import type { CustomerLine } from "../../protocol/customers.ts"
import { channel as channels } from "../../protocol/values.ts"
import { useActions } from "../actions/actions.ts"
import { channelIcon, channelWords, CustomerAvatar, customerName, placeOf } from "../customer/customer.ts"
import { useSelf } from "../replica/replica.ts"
import { agoWords, inOneLine, momentWords, t } from "../texts/texts.ts"
import { Button, Icon, Menu } from "../ui/ui.ts"
import { Exchange } from "./exchange.tsx"
import { useCustomers } from "./use-customers.ts"
import style from "./customers-page.module.css"

const SHOWN = ["open", "closed", "blocked"] as const

/** `corner` stands in the head: what has no other place on a phone. */
export function CustomersPage({ corner }: { corner: ReactNode }) {
  const search = useSearch({ from: "/customers" })
  const navigate = useNavigate({ from: "/customers" })
  const isAdmin = useSelf()?.reader.isAdmin ?? false
  const [typed, setTyped] = useState(search.find ?? "")
  const { sort = "seen", show = "all", channel } = search
  const query = new URLSearchParams({
    sort,
    ...(search.find ? { find: search.find } : {}),
    ...(channel === undefined ? {} : { channels: channel }),
    ...(show === "blocked" ? { isBlocked: "true" } : {}),
    ...(show === "open" || show === "closed" ? { isOpen: String(show === "open") } : {}),
  }).toString()
  const list = useCustomers(query)
  const change = (part: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true })
  const sortBy = (value: string) => change({ sort: value === "name" ? "name" : undefined })
  const [isFilterOpen, setFilterOpen] = useState(false)
  useActions({
    filter: () => setFilterOpen(true),
    sort: [
      sort === "seen"
        ? { label: t("customers.byName"), run: () => sortBy("name") }
        : { label: t("customers.bySeen"), run: () => sortBy("seen") },
    ],
  })
  const isNarrowed = search.find !== undefined || show !== "all" || channel !== undefined
  return (
    <div className={style["page"]}>
      <header className={style["head"]}>
        <h1>{t("customers.title")}</h1>
        <input
          type="search"
          className={style["find"]}
          dir="auto"
          aria-label={t("customers.find")}
          placeholder={t("customers.find")}
          value={typed}
          maxLength={200}
          onChange={(event) => {
            setTyped(event.target.value)
            change({ find: event.target.value.trim() === "" ? undefined : event.target.value })
          }}
        />
        <Menu
          align="end"
          isOpen={isFilterOpen}
          onOpen={setFilterOpen}
          button={
            <Button
              icon="filter"
              label={t("filter.button")}
              aria-pressed={show !== "all" || channel !== undefined}
            />
          }
          lines={[
            {
              kind: "choice",
              label: t("filter.state"),
              value: show,
              choices: (["all", ...SHOWN] as const).map((value) => ({
                value,
                label: t(`customers.${value}`),
              })),
              onChange: (value) => change({ show: SHOWN.find((one) => one === value) }),
            },
            {
              kind: "choice",
              label: t("filter.channels"),
              value: channel ?? "",
              choices: [
                { value: "", label: t("customers.anyChannel") },
                ...channels.options.map((value) => ({ value, label: channelWords(value) })),
              ],
              onChange: (value) => change({ channel: channels.safeParse(value).data }),
            },
          ]}
        />
        <Menu
          align="end"
          button={<Button icon="sort" label={t("sort.button")} />}
          lines={[
            {
              kind: "choice",
              label: t("sort.title"),
              value: sort,
              choices: [
                { value: "seen", label: t("customers.bySeen") },
                { value: "name", label: t("customers.byName") },
              ],
              onChange: sortBy,
            },
          ]}
        />
        {isAdmin && <Exchange onImported={list.again} />}
        {corner}
      </header>
      <div className={style["body"]} aria-busy={list.isLoading}>
        <ul className={style["list"]} aria-label={t("customers.title")}>
          {list.customers.map((customer) => (
            <Line key={customer.id} customer={customer} />
          ))}
        </ul>
        {list.customers.length === 0 && !list.isLoading && !list.isFailed && (
          <p className={style["empty"]}>{t(isNarrowed ? "customers.noneFound" : "customers.none")}</p>
        )}
        {!list.isOnline && <p className={style["empty"]}>{t("customers.offline")}</p>}
        {list.isFailed && list.isOnline && (
          <p className={style["empty"]}>
            {t("customers.failed")} <Button onClick={list.again}>{t("tryAgain")}</Button>
          </p>
        )}
        {list.hasMore && (
          <Button disabled={list.isLoading} onClick={list.loadMore}>
            {t("customers.more")}
          </Button>
        )}
      </div>
    </div>
  )
}

function Line({ customer }: { customer: CustomerLine }) {
  const name = customerName(customer)
  const [now] = useState(Date.now)
  const about = [placeOf(customer) ?? "", ...customer.addresses.map(({ display }) => display)].filter(Boolean)
  const kinds = [...new Set(customer.addresses.map(({ channel }) => channel))]
  return (
    <li className={style["line"]}>
      <CustomerAvatar conversationId={customer.conversationId} customer={customer} />
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId: customer.conversationId }}
        className={style["name"]}
      >
        <bdi>{name}</bdi>
      </Link>
      <span className={style["about"]}>{inOneLine(about)}</span>
      <span className={style["marks"]}>
        {customer.isBlocked && <span className={style["blocked"]}>{t("customers.blocked")}</span>}
        {customer.isOpen && <span className={style["open"]}>{t("customers.open")}</span>}
        {kinds.map((kind) => (
          <span key={kind} role="img" aria-label={channelWords(kind)} title={channelWords(kind)}>
            <Icon name={channelIcon(kind)} size={16} />
          </span>
        ))}
      </span>
      <time className={style["seen"]} dateTime={customer.seenAt} title={momentWords(customer.seenAt)}>
        {agoWords(customer.seenAt, now)}
      </time>
    </li>
  )
}
