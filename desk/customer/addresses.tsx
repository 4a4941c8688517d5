import type { CustomerHistory } from "../../protocol/customers.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useSources } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, copyText, Icon, showToast } from "../ui/ui.ts"
import { channelIcon, channelWords } from "./channel-words.ts"
import style from "./panel.module.css"

/** By which ways the customer can be reached, and with what he came. */
export function Addresses({ row, devices }: { row: ConversationRow; devices: CustomerHistory["devices"] }) {
  const sources = useSources()
  return (
    <section className={style["card"]}>
      <h3>{t("customer.addresses")}</h3>
      <ul className={style["lines"]}>
        {row.addresses.map(({ id, channel, display, sourceId, optedOut }) => {
          const device = devices.find(({ addressId }) => addressId === id)
          return (
            <li key={id} className={style["line"]}>
              <Icon name={channelIcon(channel)} size={16} />
              <span className={style["text"]}>
                <bdi>{display || channelWords(channel)}</bdi>
                <span className={style["second"]}>
                  {sources.get(sourceId)?.name ?? channelWords(channel)}
                  {optedOut && ` · ${t("customer.optedOut")}`}
                </span>
                {device && <span className={style["second"]}>{deviceWords(device)}</span>}
              </span>
              {display !== "" && (
                <Button
                  icon="copy"
                  label={t("customer.copyAddress", { address: display })}
                  onClick={() => void copyText(display).then(() => showToast(t("customer.copied")))}
                />
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function deviceWords({ browser, system }: CustomerHistory["devices"][number]): string {
  return browser === "" || system === "" ? browser || system : t("customer.device", { browser, system })
}
