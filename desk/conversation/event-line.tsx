import type { ConversationRow, EventView } from "../../protocol/rows.ts"
import {
  serverNow,
  useAgents,
  useSelf,
  useSources,
  useTeams,
  type TimelineEntry,
} from "../replica/replica.ts"
import { customerName, undoMerge } from "../customer/customer.ts"
import { clockWords, momentWords, soonWords, t } from "../texts/texts.ts"
import style from "./event-line.module.css"

export function EventLine({
  entry,
  event,
  row,
  canBeUndone,
}: {
  entry: TimelineEntry
  event: EventView
  row: ConversationRow
  canBeUndone: boolean
}) {
  const agents = useAgents()
  const teams = useTeams()
  const sources = useSources()
  const selfId = useSelf()?.agent.id ?? ""
  const address =
    "addressId" in event ? row.addresses.find(({ id }) => id === event.addressId)?.display : undefined
  const words = eventWords(event, {
    selfId,
    agent: (id) => agents.get(id)?.name ?? t("someone"),
    team: (id) => teams.get(id)?.name ?? t("someTeam"),
    source: (id) => sources.get(id)?.name ?? t("someSource"),
    address: address || t("event.thisAddress"),
  })
  return (
    <p className={style["event"]}>
      {words}
      {" · "}
      <time dateTime={entry.at} title={momentWords(entry.at)}>
        {clockWords(entry.at)}
      </time>
      {canBeUndone && (
        <button type="button" className={style["undo"]} onClick={() => undoMerge(row.id, entry.id)}>
          {t("merge.undo")}
        </button>
      )}
    </p>
  )
}

type Names = {
  selfId: string
  agent: (id: string) => string
  team: (id: string) => string
  source: (id: string) => string
  address: string
}

/** An event as a sentence; "You" where the reader did it or it happened to him. */
export function eventWords(event: EventView, names: Names): string {
  const isSelf = (id: string) => id === names.selfId
  const by = "byAgentId" in event ? event.byAgentId : null
  const byName = by === null ? undefined : isSelf(by) ? t("you") : names.agent(by)
  switch (event.what) {
    case "assigned": {
      if (by === event.toAgentId)
        return isSelf(event.toAgentId)
          ? t("event.youTook")
          : t("event.took", { name: names.agent(event.toAgentId) })
      const name = isSelf(event.toAgentId) ? t("youObject") : names.agent(event.toAgentId)
      return byName === undefined
        ? t("event.assigned", { name })
        : t("event.assignedBy", { by: byName, name })
    }
    case "unassigned": {
      const name = isSelf(event.fromAgentId) ? t("you") : names.agent(event.fromAgentId)
      if (event.why !== "by-hand") return t(`event.unassigned.${event.why}`, { name })
      return byName === undefined ? t("event.unassigned") : t("event.unassignedBy", { by: byName })
    }
    case "moved": {
      const team = names.team(event.toTeamId)
      return byName === undefined ? t("event.moved", { team }) : t("event.movedBy", { by: byName, team })
    }
    case "offered": {
      const name = isSelf(event.toAgentId) ? t("youObject") : names.agent(event.toAgentId)
      return byName === undefined ? t("event.offered", { name }) : t("event.offeredBy", { by: byName, name })
    }
    case "offer-ended": {
      const name = isSelf(event.agentId) ? t("you") : names.agent(event.agentId)
      return t(`event.offer.${event.why}`, { name })
    }
    case "closed":
      return byName === undefined ? t("event.closed") : t("event.closedBy", { by: byName })
    case "reopened":
      return byName === undefined ? t("event.reopened") : t("event.reopenedBy", { by: byName })
    case "snoozed":
      return event.until === null
        ? t("event.snoozedUntilWritten", { by: byName ?? t("someone") })
        : t("event.snoozed", { by: byName ?? t("someone"), time: soonWords(event.until, serverNow()) })
    case "woke":
      return event.why === "by-hand"
        ? t("event.wokeBy", { by: byName ?? t("someone") })
        : t(`event.woke.${event.why}`)
    case "wrote-elsewhere":
      return t("event.wroteElsewhere", {
        source: names.source(event.sourceId),
        team: names.team(event.teamId),
      })
    case "spoke-first":
      return t("event.spokeFirst", { text: event.text })
    case "merged": {
      const name = customerName(event.customer)
      const said =
        byName === undefined ? t("event.mergedOnProof", { name }) : t("event.merged", { by: byName, name })
      const fields = event.fields.map((field) => `${field.name}: ${field.value}`).join(", ")
      return fields === "" ? said : t("event.mergedFields", { said, fields })
    }
    case "blocked":
      return t("event.blocked", { by: byName ?? "" })
    case "unblocked":
      return t("event.unblocked", { by: byName ?? "" })
    case "wrote-while-blocked":
      return t("event.wroteWhileBlocked", { text: event.text })
    case "opted-out":
      return t("event.optedOut", { address: names.address })
    case "opted-in":
      return t("event.optedIn", { address: names.address })
  }
}
