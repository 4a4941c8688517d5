import { lazy, Suspense, useState } from "react"
import type { FileView } from "../../protocol/rows.ts"
import { insist } from "../offline/offline.ts"
import { lengthWords } from "../../protocol/voice.ts"
import { apiUrl } from "../replica/replica.ts"
import { sizeWords, t } from "../texts/texts.ts"
import { Icon } from "../ui/ui.ts"
import { VoiceMessage } from "./voice.tsx"
import style from "./message-files.module.css"

const PictureViewer = lazy(() => insist(() => import("./picture-viewer.tsx")))

/** Highest a picture stands in a timeline, in pixels. */
const HIGHEST = 240

export function MessageFiles({ files }: { files: readonly FileView[] }) {
  const [shownId, setShownId] = useState<string>()
  if (files.length === 0) return null
  const pictures = files.filter(isPicture)
  return (
    <>
      <ul className={style["files"]}>
        {files.map((file) => (
          <li key={file.id}>
            {file.state !== "stored" ? (
              <Missing file={file} />
            ) : isPicture(file) ? (
              <Picture file={file} onOpen={() => setShownId(file.id)} />
            ) : (
              <Stored file={file} />
            )}
          </li>
        ))}
      </ul>
      {shownId !== undefined && (
        <Suspense fallback={null}>
          <PictureViewer
            pictures={pictures}
            shownId={shownId}
            onShow={setShownId}
            onClose={() => setShownId(undefined)}
          />
        </Suspense>
      )}
    </>
  )
}

/** Its size is known before it comes, so that nothing shifts when it does. */
function isPicture(file: FileView): file is FileView & { width: number; height: number } {
  return file.state === "stored" && file.width !== null && file.height !== null
}

function Picture({
  file,
  onOpen,
}: {
  file: FileView & { width: number; height: number }
  onOpen: () => void
}) {
  const { id, name, width, height } = file
  const shown = Math.min(height, HIGHEST)
  return (
    <button
      type="button"
      className={style["opener"]}
      aria-label={t("file.open", { name })}
      onClick={onOpen}
      style={{ aspectRatio: `${width} / ${height}`, inlineSize: `${Math.round((shown * width) / height)}px` }}
    >
      <img className={style["picture"]} src={apiUrl(`/files/${id}?as=small`)} alt="" loading="lazy" />
    </button>
  )
}

function Stored({ file }: { file: FileView }) {
  const url = apiUrl(`/files/${file.id}`)
  if (file.voice) return <VoiceMessage fileId={file.id} voice={file.voice} />
  // What somebody recorded has no captions, and we cannot make any.
  if (file.type.startsWith("audio/"))
    // eslint-disable-next-line jsx-a11y/media-has-caption
    return <audio className={style["player"]} controls preload="metadata" src={url} aria-label={file.name} />
  if (file.type.startsWith("video/"))
    // eslint-disable-next-line jsx-a11y/media-has-caption
    return <video className={style["player"]} controls preload="metadata" src={url} aria-label={file.name} />
  return (
    <a className={style["file"]} href={url} download={file.name}>
      <Icon name="file" />
      <span className={style["name"]}>
        <bdi>{file.name}</bdi>
      </span>
      <span className={style["size"]}>{sizeWords(file.size)}</span>
    </a>
  )
}

function Missing({ file }: { file: FileView }) {
  return (
    <span className={style["file"]}>
      <Icon name={file.state === "failed" ? "warning" : file.voice ? "mic" : "file"} />
      <span className={style["name"]}>
        <bdi>{file.voice ? t("voice.message", { length: lengthWords(file.voice.ms) }) : file.name}</bdi>
      </span>
      <span className={style["size"]}>{file.state === "failed" ? t("file.failed") : t("file.waiting")}</span>
    </span>
  )
}
