import { useTeams } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import { Field } from "../ui/ui.ts"

/** Which team a source belongs to. */
export function TeamChoice({
  teamId,
  isDisabled = false,
  onChange,
}: {
  teamId: string
  isDisabled?: boolean
  onChange: (teamId: string) => void
}) {
  const teams = [...useTeams().values()].toSorted(
    (one, other) => Number(other.isEveryone) - Number(one.isEveryone) || one.name.localeCompare(other.name),
  )
  return (
    <Field
      label={t("sources.team")}
      value={teamId}
      onValue={onChange}
      disabled={isDisabled}
      choices={teams.map(({ id, name }) => ({ value: id, label: name }))}
    />
  )
}
