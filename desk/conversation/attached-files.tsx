import { attach, unattach, uploadAgain, useUpload, type DraftFile } from "../replica/replica.ts"
import { lengthWords } from "../../protocol/voice.ts"
import { MOST_FILES } from "../../protocol/text.ts"
import { refusalWords, sizeWords, t } from "../texts/texts.ts"
import { Button, Icon, showToast } from "../ui/ui.ts"
import { AttachedVoice } from "./voice.tsx"
import style from "./attached-files.module.css"

/** Milliseconds: longer than Undo is offered. */
const DELETED_AFTER = 10_000

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
  onPutBack,
}: {
  files: readonly DraftFile[]
  onRemove: (id: string) => void
  onPutBack: (file: DraftFile) => void
}) {
  if (files.length === 0) return null
  const remove = (file: DraftFile) => {
    onRemove(file.id)
    if (!file.voice) return unattach(file.id)
    // What was said cannot be chosen once more.
    const timer = setTimeout(() => unattach(file.id), DELETED_AFTER)
    showToast(t("voice.deleted"), {
      label: t("undo"),
      run() {
        clearTimeout(timer)
        onPutBack(file)
      },
    })
  }
  return (
    <ul className={style["files"]} aria-label={t("file.attached")}>
      {files.map((file) => (
        <Attached key={file.id} file={file} onRemove={() => remove(file)} />
      ))}
    </ul>
  )
}

function Attached({ file, onRemove }: { file: DraftFile; onRemove: () => void }) {
  const view = useUpload(file.id) ?? { state: "uploading", received: 0 }
  const { size, voice } = file
  if (view.state === "recording") return null
  const name = voice ? t("voice.message", { length: lengthWords(voice.ms) }) : file.name
  return (
    <li className={style["file"]} data-state={view.state} data-voice={voice ? true : undefined}>
      {voice ? (
        <AttachedVoice fileId={file.id} voice={voice} />
      ) : (
        <>
          <Icon name={view.state === "failed" ? "warning" : "file"} size={16} />
          <span className={style["name"]} title={name}>
            <bdi>{name}</bdi>
          </span>
        </>
      )}
      {(view.state === "failed" || !voice) && (
        <span className={style["size"]}>
          {view.state === "failed" ? refusalWords(view.refusal) : sizeWords(size)}
        </span>
      )}
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
