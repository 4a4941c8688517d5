import { useRef, useState } from "react"
import { t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import style from "./section.module.css"

/** As large as it is ever shown, doubled for fine screens. */
const MOST = 256

/** `picture`: what shows the logo that would be saved, if there is any. */
export function LogoField({
  picture,
  onChange,
}: {
  picture: string | null
  onChange: (picture: string | null) => void
}) {
  const chooser = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string>()
  const take = async (file: File) => {
    try {
      onChange(await shrink(file))
      setProblem(undefined)
    } catch {
      setProblem(t("sources.logoProblem"))
    }
  }
  return (
    <div role="group" aria-label={t("sources.logo")}>
      <span className={style["name"]}>{t("sources.logo")}</span>
      <div className={style["buttons"]}>
        {picture !== null && <img src={picture} alt="" height={36} />}
        <Button onClick={() => chooser.current?.click()}>
          {picture === null ? t("sources.logoAdd") : t("sources.logoOther")}
        </Button>
        {picture !== null && <Button onClick={() => onChange(null)}>{t("sources.logoRemove")}</Button>}
        <input
          ref={chooser}
          type="file"
          accept="image/png,image/jpeg,image/webp,image/gif"
          aria-label={t("sources.logo")}
          hidden
          onChange={(event) => {
            const [file] = event.target.files ?? []
            if (file) void take(file)
            event.target.value = ""
          }}
        />
      </div>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}

/** A data URL small enough to be saved with the other settings; the server makes its own picture of it. */
async function shrink(file: File): Promise<string> {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement("canvas")
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL("image/png")
}
