import { shownLabels, type LabelColor } from "../../protocol/labels.ts"
import { useLabels } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import style from "./label-tags.module.css"

/** `most`: on one line, and what is more than these is only counted. */
export function LabelTags({
  ids,
  most = Number.POSITIVE_INFINITY,
}: {
  ids: readonly string[]
  most?: number
}) {
  const shown = shownLabels(ids, useLabels())
  if (shown.length === 0) return null
  return (
    <span
      className={style["tags"]}
      data-one-line={most < Number.POSITIVE_INFINITY || undefined}
      role="group"
      aria-label={t("labels.title")}
    >
      {shown.slice(0, most).map((label) => (
        <span key={label.id} className={style["tag"]} title={label.name}>
          <LabelDot color={label.color} />
          <bdi>{label.name}</bdi>
        </span>
      ))}
      {shown.length > most && <span className={style["more"]}>+{shown.length - most}</span>}
    </span>
  )
}

export function LabelDot({ color }: { color: LabelColor }) {
  return <i className={style["dot"]} data-color={color} aria-hidden="true" />
}
