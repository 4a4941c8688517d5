import { useState } from "react"
import { labelsAnswer } from "../../protocol/commands.ts"
import type { LabelColor } from "../../protocol/labels.ts"
import type { LabelRow } from "../../protocol/rows.ts"
import { useActions } from "../actions/actions.ts"
import { ColorChoice, LabelDot } from "../labels/labels.ts"
import { issueWorkspace, useLabels, type Outcome } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Dialog, Field, Menu, showToast } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel } from "./panel.tsx"
import { useAsked } from "./use-asked.ts"
import formStyle from "./form.module.css"
import style from "./section.module.css"

export function LabelsSection({ isAdmin }: { isAdmin: boolean }) {
  const labels = useLabels()
  // On how many messages each is, is no part of its row.
  const counted = useAsked(isAdmin ? "/labels" : undefined, labelsAnswer, labels)?.labels
  const counts = new Map(counted?.map(({ id, count }) => [id, count ?? 0]))
  const [isMaking, setMaking] = useState(false)
  useActions({ newLabel: () => setMaking(true) })
  const [changedId, setChangedId] = useState<string>()
  const shown = [...labels.values()]
    .filter((label) => label.mergedInto === null)
    .toSorted((one, other) => one.name.localeCompare(other.name))
  const changed = shown.find((label) => label.id === changedId)
  return (
    <Panel
      title={t("labels.title")}
      what={isAdmin ? t("labels.what") : t("labels.whatAgents")}
      action={
        <Button icon="plus" onClick={() => setMaking(true)}>
          {t("labels.new")}
        </Button>
      }
    >
      {shown.length === 0 && <p>{t("labels.nothing")}</p>}
      <ul className={style["rows"]}>
        {shown.map((label) => (
          <Label
            key={label.id}
            label={label}
            count={counts.get(label.id)}
            others={shown.filter((other) => other !== label)}
            onChange={isAdmin ? () => setChangedId(label.id) : undefined}
          />
        ))}
      </ul>
      <Dialog
        title={t("labels.new")}
        closeLabel={t("dismiss")}
        isOpen={isMaking}
        onClose={() => setMaking(false)}
      >
        <LabelForm
          save={(wanted) => saved(issueWorkspace("makeLabel", {}, wanted))}
          onDone={() => setMaking(false)}
        />
      </Dialog>
      <Dialog
        title={changed?.name ?? ""}
        closeLabel={t("dismiss")}
        isOpen={changed !== undefined}
        onClose={() => setChangedId(undefined)}
      >
        {changed && (
          <LabelForm
            label={changed}
            save={(wanted) => saved(issueWorkspace("changeLabel", { labelId: changed.id }, wanted))}
            onDone={() => setChangedId(undefined)}
          />
        )}
      </Dialog>
    </Panel>
  )
}

function Label({
  label,
  count,
  others,
  onChange,
}: {
  label: LabelRow
  count: number | undefined
  others: readonly LabelRow[]
  onChange: (() => void) | undefined
}) {
  const { id: labelId, name } = label
  return (
    <li className={style["row"]}>
      <span className={style["dot"]}>
        <LabelDot color={label.color} />
      </span>
      <span>
        <bdi className={style["name"]}>{name}</bdi>
        {count !== undefined && <span className={style["second"]}>{t("labels.count", { count })}</span>}
      </span>
      {onChange && (
        <span className={style["controls"]}>
          <Button icon="gear" label={t("labels.change", { name })} onClick={onChange} />
          <Menu
            align="end"
            button={<Button disabled={others.length === 0}>{t("labels.merge")}</Button>}
            lines={[
              {
                kind: "group",
                label: t("labels.mergeInto", { name }),
                lines: others.map((other) => ({
                  kind: "item",
                  label: other.name,
                  before: <LabelDot color={other.color} />,
                  onSelect: () =>
                    void undoable(
                      issueWorkspace("mergeLabel", { labelId }, { into: other.id }),
                      t("labels.merged", { name, into: other.name }),
                      () => issueWorkspace("mergeLabel", { labelId }, { into: null }),
                    ),
                })),
              },
            ]}
          />
          <Button
            kind="danger"
            onClick={() =>
              void undoable(
                issueWorkspace("deleteLabel", { labelId }, {}),
                count === undefined
                  ? t("labels.deleted", { name })
                  : t("labels.deletedFrom", { name, count }),
                () => issueWorkspace("restoreLabel", { labelId }, {}),
              )
            }
          >
            {t("labels.delete")}
          </Button>
        </span>
      )}
    </li>
  )
}

/** Nothing is lost by either, so nobody is asked first. */
async function undoable(
  asked: Promise<Outcome<object>>,
  words: string,
  undo: () => Promise<Outcome<object>>,
): Promise<void> {
  if (await saved(asked, words)) showToast(words, { label: t("undo"), run: () => void saved(undo()) })
}

function LabelForm({
  label,
  save,
  onDone,
}: {
  label?: LabelRow
  save: (wanted: { name: string; color: LabelColor }) => Promise<boolean>
  onDone: () => void
}) {
  const [name, setName] = useState(label?.name ?? "")
  const [color, setColor] = useState<LabelColor>(label?.color ?? "blue")
  return (
    <form
      className={formStyle["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void save({ name, color }).then((isSaved) => isSaved && onDone())
      }}
    >
      <Field label={t("labels.name")} value={name} onValue={setName} required maxLength={40} />
      <ColorChoice value={color} onValue={setColor} />
      <Button kind="primary" type="submit">
        {t("settings.save")}
      </Button>
    </form>
  )
}
