import { useEffect, useState } from "react"
import type { z } from "zod"
import { deliveriesAnswer, webhookEvent } from "../../protocol/programs.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { inOneLine, momentWords, refusalWords, t } from "../texts/texts.ts"
import { Button, Icon, showToast } from "../ui/ui.ts"
import { useAsked } from "./use-asked.ts"
import formStyle from "./form.module.css"
import style from "./section.module.css"

type Delivery = z.infer<typeof deliveriesAnswer>["deliveries"][number]

/** While it is open it is looked at again and again: what is sent shows how it went by itself. */
const LOOKS_EVERY = 1_500

export function Deliveries({ webhookId }: { webhookId: string }) {
  const [looks, setLooks] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setLooks((count) => count + 1), LOOKS_EVERY)
    return () => clearInterval(timer)
  }, [])
  const deliveries = useAsked(`/webhooks/${webhookId}/deliveries`, deliveriesAnswer, looks)?.deliveries
  const act = async (asked: ReturnType<typeof issueWorkspace>) => {
    const outcome = await asked
    if (outcome.kind === "refused") showToast(refusalWords(outcome.refusal))
    else setLooks((count) => count + 1)
  }
  return (
    <div className={formStyle["form"]}>
      <Button onClick={() => void act(issueWorkspace("testWebhook", { webhookId }, {}))}>
        {t("webhooks.test")}
      </Button>
      {deliveries?.length === 0 && <p>{t("webhooks.none")}</p>}
      <ul className={style["rows"]}>
        {deliveries?.map((delivery) => (
          <DeliveryLine
            key={delivery.id}
            of={delivery}
            onResend={() =>
              void act(issueWorkspace("resendDelivery", { webhookId, deliveryId: delivery.id }, {}))
            }
          />
        ))}
      </ul>
    </div>
  )
}

const ICONS = { waiting: "more", delivered: "check", failed: "warning" } as const

function DeliveryLine({ of: delivery, onResend }: { of: Delivery; onResend: () => void }) {
  const { state, attempts, createdAt, status, tookMs, answer } = delivery
  const event = webhookEvent.safeParse(delivery.event)
  const facts = [
    status === null ? undefined : String(status),
    tookMs === null ? undefined : t("webhooks.took", { count: tookMs }),
    attempts > 1 ? t("webhooks.tries", { count: attempts }) : undefined,
  ].filter((fact) => fact !== undefined)
  return (
    <li className={style["row"]}>
      <Icon name={ICONS[state]} />
      <span>
        <span className={style["name"]}>{t(`webhooks.event.${event.data ?? "test"}`)}</span>
        <span className={style["second"]}>
          {inOneLine([t(`webhooks.${state}`), ...facts, momentWords(createdAt)])}
        </span>
        {answer !== null && answer !== "" && <bdi className={style["excerpt"]}>{answer}</bdi>}
      </span>
      <span className={style["controls"]}>
        <Button onClick={onResend}>{t("webhooks.resend")}</Button>
      </span>
    </li>
  )
}
