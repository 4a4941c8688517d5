import { useAgents } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import style from "./section.module.css"

export function Members({
  memberIds,
  onChange,
}: {
  memberIds: readonly string[]
  onChange: (memberIds: string[]) => void
}) {
  const agents = [...useAgents().values()]
    .filter((agent) => !agent.isDisabled)
    .toSorted((one, other) => one.name.localeCompare(other.name))
  return (
    <fieldset className={style["members"]}>
      <legend>{t("teams.membersTitle")}</legend>
      {agents.map((agent) => (
        <label key={agent.id}>
          <input
            type="checkbox"
            checked={memberIds.includes(agent.id)}
            onChange={(event) => {
              const others = memberIds.filter((id) => id !== agent.id)
              onChange(event.target.checked ? [...others, agent.id] : others)
            }}
          />
          {agent.name}
        </label>
      ))}
    </fieldset>
  )
}
