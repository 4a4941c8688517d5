import { memo } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { channelIcon, channelWords } from "../customer/customer.ts"
import { useActions } from "../actions/actions.ts"
import { t } from "../texts/texts.ts"
import { Button, Icon, Menu, useLanguage } from "../ui/ui.ts"
import style from "./address-menu.module.css"

type Address = ConversationRow["addresses"][number]

/** Which of the customer's addresses the answer goes to; only said where there is nothing to choose. */
export const AddressMenu = memo(function AddressMenu({
  row,
  address,
  onPick,
}: {
  row: ConversationRow
  address: Address
  onPick: (addressId: string) => void
}) {
  useLanguage()
  const words = t("composer.via", { channel: channelWords(address.channel) })
  const nameOf = (one: Address) => `${channelWords(one.channel)} ${one.display}`.trim()
  useActions({
    answerThrough: row.addresses
      .filter(({ id }) => id !== address.id)
      .map((choice) => ({ label: nameOf(choice), run: () => onPick(choice.id) })),
  })
  if (row.addresses.length < 2)
    return (
      <span className={style["via"]} title={address.display || undefined}>
        {words}
      </span>
    )
  return (
    <span className={style["menu"]}>
      <Menu
        side="top"
        button={
          <Button kind="quiet">
            <span className={style["via"]}>{words}</span>
            <Icon name="down" size={14} />
          </Button>
        }
        lines={row.addresses.map((choice) => ({
          kind: "item",
          icon: choice.id === address.id ? "check" : channelIcon(choice.channel),
          label: nameOf(choice),
          ...(choice.optedOut ? { after: t("customer.optedOut") } : {}),
          onSelect: () => onPick(choice.id),
        }))}
      />
    </span>
  )
})
