import { Link } from "@tanstack/react-router"
import type { FoundCustomer, FoundEntry } from "../../protocol/search.ts"
import { channelIcon, channelWords, CustomerAvatar, customerName } from "../customer/customer.ts"
import { useNow } from "../inboxes/inboxes.ts"
import { LabelTags } from "../labels/labels.ts"
import { useAgents, useSelf } from "../replica/replica.ts"
import { agoWords, inOneLine, momentWords, t } from "../texts/texts.ts"
import { Icon } from "../ui/ui.ts"
import style from "./found-items.module.css"

export function CustomerItem({ found, q }: { found: FoundCustomer; q: string }) {
  const { customer, conversationId, addresses, channel, updatedAt } = found
  const name = customerName(customer)
  return (
    <li className={style["item"]}>
      <CustomerAvatar conversationId={conversationId} customer={customer} />
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId }}
        search={{ q }}
        className={style["who"]}
        data-found=""
      >
        <bdi>{name}</bdi>
      </Link>
      <Ago at={updatedAt} />
      <span className={style["line"]}>
        <Icon name={channelIcon(channel)} size={14} />
        {inOneLine([channelWords(channel), ...addresses])}
      </span>
    </li>
  )
}

export function MessageItem({ found, q }: { found: FoundEntry; q: string }) {
  const { id, conversationId, customer, at, type, channel, snippet, isOpen, hasFiles, labelIds } = found
  const name = customerName(customer)
  const author = useAuthor(found)
  return (
    <li className={style["item"]} data-type={type}>
      <CustomerAvatar conversationId={conversationId} customer={customer} />
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId }}
        search={{ entry: id, q }}
        className={style["who"]}
        data-found=""
      >
        <bdi>{name}</bdi>
      </Link>
      <Ago at={at} />
      <p className={style["snippet"]} dir="auto">
        {author !== undefined && <span className={style["author"]}>{author}: </span>}
        {snippet.map(({ text, isHit }, place) => (isHit ? <mark key={place}>{text}</mark> : text))}
      </p>
      <span className={style["line"]}>
        {type === "note" ? (
          <>
            <Icon name="lock" size={14} />
            {t("search.note")}
          </>
        ) : (
          channel && (
            <>
              <Icon name={channelIcon(channel)} size={14} />
              {channelWords(channel)}
            </>
          )
        )}
        {hasFiles && (
          <>
            <Icon name="file" size={14} />
            {t("search.file")}
          </>
        )}
        {!isOpen && <span className={style["closed"]}>{t("search.closed")}</span>}
        {labelIds.length > 0 && <LabelTags ids={labelIds} most={3} />}
      </span>
    </li>
  )
}

/** Of what an agent wrote; a customer's words stand under his name already. */
function useAuthor({ agentId }: FoundEntry): string | undefined {
  const agents = useAgents()
  const selfId = useSelf()?.agent.id
  if (agentId === null) return undefined
  return agentId === selfId ? t("search.you") : (agents.get(agentId)?.name ?? t("someone"))
}

function Ago({ at }: { at: string }) {
  const now = useNow()
  return (
    <time className={style["age"]} dateTime={at} title={momentWords(at)}>
      {agoWords(at, now)}
    </time>
  )
}
