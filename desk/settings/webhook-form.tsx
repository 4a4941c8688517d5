import { useState } from "react"
import { webhookEvent, type WebhookEvent } from "../../protocol/programs.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { CopiedField } from "./copied-field.tsx"
import { Toggle } from "./panel.tsx"
import type { Webhook } from "./webhooks-section.tsx"
import formStyle from "./form.module.css"
import style from "./section.module.css"

export function WebhookForm({
  webhook,
  onRenewed,
  onDone,
}: {
  webhook?: Webhook
  onRenewed?: () => void
  onDone: () => void
}) {
  const [url, setUrl] = useState(webhook?.url ?? "https://")
  const [events, setEvents] = useState<readonly WebhookEvent[]>(webhook?.events ?? ["message.received"])
  const [isOn, setOn] = useState((webhook?.off ?? null) === null)
  const save = async () => {
    const wanted = { url, events: [...events] }
    const asked = webhook
      ? issueWorkspace("changeWebhook", { webhookId: webhook.id }, { ...wanted, isOn })
      : issueWorkspace("makeWebhook", {}, wanted)
    if (await saved(asked)) onDone()
  }
  return (
    <form
      className={formStyle["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field
        label={t("webhooks.url")}
        type="url"
        value={url}
        onValue={setUrl}
        required
        maxLength={1_000}
        pattern="https?://.+"
        hint={t("webhooks.urlHint")}
      />
      <fieldset className={style["members"]}>
        <legend>{t("webhooks.events")}</legend>
        {webhookEvent.options.map((event) => (
          <label key={event}>
            <input
              type="checkbox"
              checked={events.includes(event)}
              onChange={({ target }) =>
                setEvents(
                  webhookEvent.options.filter((each) =>
                    each === event ? target.checked : events.includes(each),
                  ),
                )
              }
            />
            {t(`webhooks.event.${event}`)}
          </label>
        ))}
      </fieldset>
      {webhook && (
        <>
          <Toggle label={t("webhooks.on")} hint={t("webhooks.onHint")} isOn={isOn} onChange={setOn} />
          <CopiedField label={t("webhooks.secret")} value={webhook.secret} hint={t("webhooks.secretHint")} />
          <Button
            onClick={() =>
              void saved(
                issueWorkspace("renewWebhookSecret", { webhookId: webhook.id }, {}),
                t("webhooks.renewed"),
              ).then((isDone) => isDone && onRenewed?.())
            }
          >
            {t("webhooks.renew")}
          </Button>
        </>
      )}
      <Button kind="primary" type="submit" disabled={events.length === 0}>
        {webhook ? t("settings.save") : t("webhooks.make")}
      </Button>
    </form>
  )
}
