import { useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useActions } from "../actions/actions.ts"
import { useAgents, useSelf, useTeams } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Menu } from "../ui/ui.ts"
import { assignLines, assignWays } from "./assign-lines.tsx"
import { useBulkActs, type Select } from "./use-bulk-acts.ts"
import style from "./bulk-bar.module.css"

/** Stands in the list's head while conversations are selected: what can be done with all of them at once. */
export function BulkBar({ rows, select }: { rows: readonly ConversationRow[]; select: Select }) {
  const self = useSelf()
  const agents = useAgents()
  const teams = useTeams()
  const acts = useBulkActs(rows, select)
  const [isAssignOpen, setAssignOpen] = useState(false)
  const clear = () => select([])
  const ways = assignWays({ acts, self, agents, teams })
  useActions({
    take: ways.take,
    assign: () => setAssignOpen(true),
    assignTo: ways.colleagues,
    assignToNobody: ways.nobody,
    moveTo: ways.teams,
    close: acts.close,
    star: acts.star,
    clearSelection: clear,
  })
  return (
    <div className={style["bar"]} role="toolbar" aria-label={t("select.title")}>
      <Button icon="close" label={t("select.clear")} onClick={clear} />
      <p className={style["count"]} role="status">
        {t("select.count", { count: rows.length })}
      </p>
      <Button icon="star" label={t("star")} onClick={acts.star} />
      <Menu
        align="end"
        isOpen={isAssignOpen}
        onOpen={setAssignOpen}
        button={<Button>{t("assign")}</Button>}
        lines={assignLines(ways)}
      />
      <Button kind="primary" onClick={acts.close}>
        {t("close")}
      </Button>
    </div>
  )
}
