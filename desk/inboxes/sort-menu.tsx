import { defaultOrder, type Order } from "../../protocol/inboxes.ts"
import type { InboxPreference } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { useActions } from "../actions/actions.ts"
import { t } from "../texts/texts.ts"
import { Button, Menu } from "../ui/ui.ts"
import { rememberPreference } from "./preference.ts"

const ORDERS: readonly Order[] = ["latest", "oldest", "waiting-longest", "waiting-shortest"]

export function SortMenu({ inbox, preference }: { inbox: InboxKey; preference: InboxPreference }) {
  const order = preference.order ?? defaultOrder(inbox)
  const choose = (chosen: Order) => rememberPreference(inbox, { ...preference, order: chosen })
  useActions({
    sort: ORDERS.filter((value) => value !== order).map((value) => ({
      label: t(`sort.${value}`),
      run: () => choose(value),
    })),
  })
  return (
    <Menu
      align="end"
      button={<Button icon="sort" label={t("sort.button")} aria-pressed={order !== defaultOrder(inbox)} />}
      lines={[
        {
          kind: "choice",
          label: t("sort.title"),
          value: order,
          choices: ORDERS.map((value) => ({ value, label: t(`sort.${value}`) })),
          onChange: (value) => {
            const chosen = ORDERS.find((known) => known === value)
            if (chosen) choose(chosen)
          },
        },
      ]}
    />
  )
}
