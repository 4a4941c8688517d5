import type { z } from "zod"
import type { fileView } from "../../protocol/rows.ts"
import { t } from "../texts/texts.ts"
import { Icon } from "../ui/ui.ts"
import style from "./message-files.module.css"

type File = z.infer<typeof fileView>

/** What browsers show as a picture without being able to run it; anything else is only offered to be saved. */
const PICTURES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"])

export function MessageFiles({ files }: { files: readonly File[] }) {
  if (files.length === 0) return null
  return (
    <ul className={style["files"]}>
      {files.map((file) => (
        <li key={file.id}>{file.state === "stored" ? <Stored file={file} /> : <Missing file={file} />}</li>
      ))}
    </ul>
  )
}

function Stored({ file }: { file: File }) {
  const url = `/api/v1/files/${file.id}`
  if (PICTURES.has(file.type))
    return (
      <a href={url} target="_blank" rel="noopener">
        <img className={style["picture"]} src={url} alt={file.name} loading="lazy" />
      </a>
    )
  return (
    <a className={style["file"]} href={url} download={file.name}>
      <Icon name="file" />
      <span className={style["name"]}>{file.name}</span>
      <span className={style["size"]}>{sizeWords(file.size)}</span>
    </a>
  )
}

function Missing({ file }: { file: File }) {
  return (
    <span className={style["file"]}>
      <Icon name={file.state === "failed" ? "warning" : "file"} />
      <span className={style["name"]}>{file.name}</span>
      <span className={style["size"]}>{file.state === "failed" ? t("file.failed") : t("file.waiting")}</span>
    </span>
  )
}

const kilobytes = new Intl.NumberFormat("en", { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 })
const megabytes = new Intl.NumberFormat("en", { style: "unit", unit: "megabyte", maximumFractionDigits: 1 })

function sizeWords(size: number): string {
  return size < 1_000_000 ? kilobytes.format(Math.max(1, size / 1_000)) : megabytes.format(size / 1_000_000)
}
