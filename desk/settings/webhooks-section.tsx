import { useState } from "react"
import type { z } from "zod"
import { webhooksAnswer } from "../../protocol/programs.ts"
import { useActions } from "../actions/actions.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { momentWords, t } from "../texts/texts.ts"
import { Button, Dialog, Icon, showToast } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel } from "./panel.tsx"
import { useAsked } from "./use-asked.ts"
import { Deliveries } from "./webhook-deliveries.tsx"
import { WebhookForm } from "./webhook-form.tsx"
import style from "./section.module.css"

export type Webhook = z.infer<typeof webhooksAnswer>["webhooks"][number]
type Open = { id: string; what: "form" | "deliveries" } | { id: undefined; what: "new" }

export function WebhooksSection({ isAdmin }: { isAdmin: boolean }) {
  const [changes, setChanges] = useState(0)
  const webhooks = useAsked(isAdmin ? "/webhooks" : undefined, webhooksAnswer, changes)?.webhooks
  const [open, setOpen] = useState<Open>()
  const make = () => setOpen({ id: undefined, what: "new" })
  useActions({ newWebhook: isAdmin && make })
  const close = () => setOpen(undefined)
  const changed = () => setChanges((count) => count + 1)
  const shown = webhooks?.find(({ id }) => id === open?.id)
  const done = () => {
    close()
    changed()
  }
  return (
    <Panel
      title={t("settings.webhooks")}
      what={t("webhooks.what")}
      action={
        isAdmin && (
          <Button icon="plus" onClick={make}>
            {t("webhooks.new")}
          </Button>
        )
      }
    >
      {webhooks?.length === 0 && <p>{t("webhooks.nothing")}</p>}
      <ul className={style["rows"]}>
        {webhooks?.map((webhook) => (
          <WebhookLine
            key={webhook.id}
            of={webhook}
            onOpen={(what) => setOpen({ id: webhook.id, what })}
            onChanged={changed}
          />
        ))}
      </ul>
      <Dialog
        title={t("webhooks.new")}
        closeLabel={t("dismiss")}
        isOpen={open?.what === "new"}
        onClose={close}
      >
        <WebhookForm onDone={done} />
      </Dialog>
      <Dialog
        title={shown ? t("webhooks.change", { host: hostOf(shown) }) : ""}
        closeLabel={t("dismiss")}
        isOpen={open?.what === "form" && shown !== undefined}
        onClose={close}
      >
        {shown && <WebhookForm webhook={shown} onRenewed={changed} onDone={done} />}
      </Dialog>
      <Dialog
        title={shown ? t("webhooks.deliveriesTo", { host: hostOf(shown) }) : ""}
        closeLabel={t("dismiss")}
        isOpen={open?.what === "deliveries" && shown !== undefined}
        onClose={done}
      >
        {shown && <Deliveries webhookId={shown.id} />}
      </Dialog>
    </Panel>
  )
}

const hostOf = ({ url }: Webhook) => new URL(url).host

function stateWords({ off, failingSince, events }: Webhook): string {
  if (off === "by-hand") return t("webhooks.byHand")
  if (off !== null) return t(`webhooks.${off}`)
  if (failingSince !== null) return t("webhooks.failingNow", { moment: momentWords(failingSince) })
  return t("webhooks.told", { count: events.length })
}

function WebhookLine({
  of: webhook,
  onOpen,
  onChanged,
}: {
  of: Webhook
  onOpen: (what: "form" | "deliveries") => void
  onChanged: () => void
}) {
  const { id: webhookId, url, off, failingSince } = webhook
  const host = hostOf(webhook)
  const isBad = (off !== null && off !== "by-hand") || failingSince !== null
  const remove = async () => {
    const words = t("webhooks.deleted", { host })
    if (!(await saved(issueWorkspace("deleteWebhook", { webhookId }, {}), words))) return
    onChanged()
    const undo = async () => {
      if (await saved(issueWorkspace("restoreWebhook", { webhookId }, {}))) onChanged()
    }
    showToast(words, { label: t("undo"), run: () => void undo() })
  }
  return (
    <li className={style["row"]} data-off={off === null ? undefined : true}>
      <Icon name={isBad ? "warning" : "send"} />
      <span>
        <bdi className={style["name"]}>{url}</bdi>
        <span className={isBad ? style["problem"] : style["second"]}>{stateWords(webhook)}</span>
      </span>
      <span className={style["controls"]}>
        <Button icon="gear" label={t("webhooks.change", { host })} onClick={() => onOpen("form")} />
        <Button onClick={() => onOpen("deliveries")}>{t("webhooks.deliveries")}</Button>
        <Button kind="danger" onClick={() => void remove()}>
          {t("webhooks.delete")}
        </Button>
      </span>
    </li>
  )
}
