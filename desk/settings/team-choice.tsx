import { useTeams } from "../replica/replica.ts"
import { byTeam, t } from "../texts/texts.ts"
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
  const teams = [...useTeams().values()].toSorted(byTeam)
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
