import { Link } from "@tanstack/react-router"
import type { InboxPreference } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { useSelf } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Icon } from "../ui/ui.ts"
import { inboxIcon, emptyWords } from "./inbox-words.ts"
import { rememberPreference } from "./preference.ts"
import style from "./empty-inbox.module.css"

type EmptyProps = {
  inbox: InboxKey
  preference: InboxPreference
  /** What it holds is not on this machine, and cannot be asked for without network. */
  isCutOff: boolean
}

/** One sentence on what will appear here and one thing to do. */
export function EmptyInbox({ inbox, preference, isCutOff }: EmptyProps) {
  const isAdmin = useSelf()?.reader.isAdmin ?? false
  const isFiltered = Boolean(preference.teamIds?.length || preference.channels?.length)
  const isElsewhere = preference.showsClosed || preference.showsSnoozed
  return (
    <div className={style["empty"]}>
      <Icon name={inboxIcon(inbox)} size={28} />
      <p>
        {isCutOff ? t("empty.offline") : isFiltered ? t("empty.filtered") : emptyWords(inbox, preference)}
      </p>
      {isFiltered ? (
        <Button onClick={() => rememberPreference(inbox, { ...preference, teamIds: [], channels: [] })}>
          {t("empty.clearFilter")}
        </Button>
      ) : isElsewhere ? (
        <Button
          onClick={() =>
            rememberPreference(inbox, { ...preference, showsClosed: false, showsSnoozed: false })
          }
        >
          {t("empty.showOpen")}
        </Button>
      ) : inbox === "me" ? (
        <Link to="/inbox/$inbox" params={{ inbox: "unassigned" }} className={style["link"]}>
          {t("empty.toUnassigned")}
        </Link>
      ) : isAdmin && (inbox === "unassigned" || inbox === "all" || inbox.startsWith("team:")) ? (
        <Link to="/settings/$section" params={{ section: "sources" }} className={style["link"]}>
          {t("empty.toSources")}
        </Link>
      ) : (
        <Link to="/inbox/$inbox" params={{ inbox: "me" }} className={style["link"]}>
          {t("empty.toMe")}
        </Link>
      )}
    </div>
  )
}
