import { Link } from "@tanstack/react-router"
import { useEffect, useState } from "react"
import { SEARCH_OPERATORS, type SearchAnswer } from "../../protocol/search.ts"
import { useActions } from "../actions/actions.ts"
import { LabelDot } from "../labels/labels.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { CustomerItem, MessageItem } from "./found-items.tsx"
import { useSearch, type Found } from "./use-search.ts"
import style from "./search-page.module.css"

export function SearchPage({ q }: { q: string }) {
  const found = useSearch(q)
  const { answer } = found
  useActions({ next: () => move(1), previous: () => move(-1) })
  return (
    <div
      className={style["page"]}
      role="presentation"
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
        event.preventDefault()
        move(event.key === "ArrowDown" ? 1 : -1)
      }}
    >
      <h1 className="unseen">{t("search.title")}</h1>
      <div className={style["column"]} data-stale={(answer && found.answered !== q) || undefined}>
        <State q={q} found={found} />
        {answer && <Answer q={found.answered ?? q} answer={answer} />}
        {answer && answer.cursor !== null && (
          <Button onClick={found.more} disabled={found.isBusy}>
            {t("search.more")}
          </Button>
        )}
      </div>
    </div>
  )
}

/** A word on what is going on; quiet while all goes fast. */
function State({ q, found }: { q: string; found: Found }) {
  const { answer, isBusy, refusal } = found
  const waited = useWaited(isBusy)
  if (q.trim() === "") return <Help />
  return (
    <>
      <p role="status" className={style["state"]}>
        {refusal
          ? refusal.refusal === "offline"
            ? t("search.offline")
            : refusalWords(refusal)
          : waited === "long"
            ? t("search.slow")
            : waited === "short"
              ? t("search.busy")
              : answer && countWords(answer)}
      </p>
      {answer?.problems.map(({ operator, value, problem }) => (
        <p key={`${operator}:${value}`} className={style["problem"]}>
          {t(`search.problem.${problem}`, { operator, value })}
        </p>
      ))}
      {answer?.isComplete === false && <p className={style["state"]}>{t("search.incomplete")}</p>}
      {answer && isEmpty(answer) && !refusal && <Help />}
    </>
  )
}

function isEmpty({ entries, customers, labels }: SearchAnswer): boolean {
  return entries.length + customers.length + labels.length === 0
}

function countWords(answer: SearchAnswer): string {
  const { entries, cursor, problems } = answer
  if (problems.length > 0) return ""
  if (isEmpty(answer)) return `${t("search.nothing")} ${t("search.nothingAdvice")}`
  return cursor === null
    ? t("search.found", { count: entries.length })
    : t("search.foundMany", { count: entries.length })
}

/** In milliseconds: from when waiting is worth a word, and from when it is worth another. */
const SHORT = 300
const LONG = 2_000

function useWaited(isBusy: boolean): "short" | "long" | undefined {
  const [waited, setWaited] = useState<"short" | "long">()
  useEffect(() => {
    setWaited(undefined)
    if (!isBusy) return
    const timers = [setTimeout(() => setWaited("short"), SHORT), setTimeout(() => setWaited("long"), LONG)]
    return () => timers.forEach(clearTimeout)
  }, [isBusy])
  return waited
}

const EXAMPLES: Record<(typeof SEARCH_OPERATORS)[number], string> = {
  label: "label:refund",
  from: "from:ada",
  channel: "channel:sms",
  team: 'team:"After sales"',
  has: "has:file",
  is: "is:closed",
  before: "before:2026-03",
  after: "after:2026-03-31",
}

function Help() {
  return (
    <section className={style["help"]}>
      <p>{t("search.help")}</p>
      <dl>
        {SEARCH_OPERATORS.map((operator) => (
          <div key={operator}>
            <dt>
              <code dir="ltr">{EXAMPLES[operator]}</code>
            </dt>
            <dd>{t(`search.help.${operator}`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Answer({ q, answer: { customers, labels, entries } }: { q: string; answer: SearchAnswer }) {
  return (
    <>
      {customers.length > 0 && (
        <section>
          <h2>{t("search.customers")}</h2>
          <ul aria-label={t("search.customers")} className={style["found"]}>
            {customers.map((found) => (
              <CustomerItem key={found.conversationId} found={found} q={q} />
            ))}
          </ul>
        </section>
      )}
      {labels.length > 0 && (
        <section>
          <h2>{t("search.labels")}</h2>
          <ul aria-label={t("search.labels")} className={style["labels"]}>
            {labels.map(({ id, name, color }) => (
              <li key={id}>
                <Link
                  to="/search"
                  search={{ q: `label:"${name}"` }}
                  aria-label={t("search.labelled", { name })}
                  className={style["label"]}
                  data-found=""
                >
                  <LabelDot color={color} />
                  <bdi>{name}</bdi>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {entries.length > 0 && (
        <section>
          <h2>{t("search.messages")}</h2>
          <ul aria-label={t("search.messages")} className={style["found"]}>
            {entries.map((found) => (
              <MessageItem key={found.id} found={found} q={q} />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

/** From one that was found to the next; up from the first is the box. */
function move(step: 1 | -1) {
  const all = [...document.querySelectorAll<HTMLElement>("main [data-found]")]
  const place = all.findIndex((each) => each === document.activeElement)
  const next =
    all[place + step] ?? (step < 0 ? document.querySelector<HTMLElement>("input[type=search]") : undefined)
  next?.focus()
}
