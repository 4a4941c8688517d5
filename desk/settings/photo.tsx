import { useRef, useState } from "react"
import { done } from "../../protocol/command.ts"
import type { AgentRow } from "../../protocol/rows.ts"
import { issueWorkspace, newId, RefusalError, request } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Avatar, Button, showToast } from "../ui/ui.ts"
import { saved } from "./act.ts"
import style from "./section.module.css"

/** In pixels: enough for the largest place and the finest screen. */
const SIZE = 512

/** What stands for an agent everywhere, and how he changes it: it is put on with the choosing and taken off with a click. */
export function Photo({ agent }: { agent: AgentRow }) {
  const input = useRef<HTMLInputElement>(null)
  const [isBusy, setBusy] = useState(false)
  const put = async (file: File) => {
    setBusy(true)
    try {
      await request("PUT", `/me/photo?id=${newId()}`, await middleOf(file), done)
      showToast(t("settings.saved"))
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      showToast(refusalWords(error.body))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={style["photo"]}>
      <Avatar id={agent.id} name={agent.name} photo={agent.photo} size={72} />
      <div>
        <div className={style["buttons"]}>
          <Button disabled={isBusy} onClick={() => input.current?.click()}>
            {agent.photo === null ? t("profile.addPhoto") : t("profile.changePhoto")}
          </Button>
          {agent.photo !== null && (
            <Button
              disabled={isBusy}
              onClick={() => void saved(issueWorkspace("removePhoto", {}, {}), t("profile.photoRemoved"))}
            >
              {t("profile.removePhoto")}
            </Button>
          )}
        </div>
        <p className={style["second"]}>{t("profile.photoHint")}</p>
      </div>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={t("profile.photo")}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          if (file) void put(file)
          // The same file once more is another choice.
          currentTarget.value = ""
        }}
      />
    </div>
  )
}

/** The square that will be shown, so that a slow line carries no more; what this browser cannot read goes as it is. */
async function middleOf(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file)
    const side = Math.min(picture.width, picture.height)
    const canvas = document.createElement("canvas")
    canvas.width = canvas.height = Math.min(side, SIZE)
    const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2]
    const pen = canvas.getContext("2d")
    if (!pen) return file
    pen.fillStyle = "#fff"
    pen.fillRect(0, 0, canvas.width, canvas.height)
    pen.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height)
    picture.close()
    const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9))
    return made ?? file
  } catch {
    // No picture, or of a kind this browser does not know: the server says so, or knows it.
    return file
  }
}
