import { attach, unattach, uploadAgain, useUpload, type DraftFile } from "../replica/replica.ts"
import { MOST_FILES } from "../../protocol/text.ts"
import { refusalWords, sizeWords, t } from "../texts/texts.ts"
import { Button, Icon, showToast } from "../ui/ui.ts"
import style from "./attached-files.module.css"

/** As many of the chosen files as one message may have, on their way up. */
export function attachAll(present: readonly DraftFile[], chosen: Iterable<File>): DraftFile[] {
  const added = [...present]
  for (const file of chosen) {
    if (added.length >= MOST_FILES) {
      showToast(t("file.tooMany", { most: MOST_FILES }))
      break
    }
    // A folder looks like one, too, and has nothing in it that could be sent.
    if (file.size === 0) showToast(t("file.empty", { name: file.name }))
    else {
      const begun = attach(file)
      if (begun) added.push(begun)
    }
  }
  return added
}

/** What is attached to a draft: how far each is, and a way to take it off. */
export function AttachedFiles({
  files,
  onRemove,
}: {
  files: readonly DraftFile[]
  onRemove: (id: string) => void
}) {
  if (files.length === 0) return null
  return (
    <ul className={style["files"]} aria-label={t("file.attached")}>
      {files.map((file) => (
        <Attached
          key={file.id}
          file={file}
          onRemove={() => {
            unattach(file.id)
            onRemove(file.id)
          }}
        />
      ))}
    </ul>
  )
}

function Attached({ file, onRemove }: { file: DraftFile; onRemove: () => void }) {
  const view = useUpload(file.id) ?? { state: "uploading", received: 0 }
  const { name, size } = file
  return (
    <li className={style["file"]} data-state={view.state}>
      <Icon name={view.state === "failed" ? "warning" : "file"} size={16} />
      <span className={style["name"]} title={name}>
        <bdi>{name}</bdi>
      </span>
      <span className={style["size"]}>
        {view.state === "failed" ? refusalWords(view.refusal) : sizeWords(size)}
      </span>
      {view.state === "failed" && (
        <button type="button" className={style["again"]} onClick={() => uploadAgain(file)}>
          {t("file.again")}
        </button>
      )}
      <Button icon="close" label={t("file.remove", { name })} onClick={onRemove} />
      {view.state === "uploading" && (
        <progress
          className={style["progress"]}
          aria-label={t("file.uploading", { name })}
          value={view.received}
          max={size}
        />
      )}
    </li>
  )
}
