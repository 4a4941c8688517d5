import { useEffect, useState } from "react"
import { Dialog } from "@base-ui/react/dialog"
import type { FileView } from "../../protocol/rows.ts"
import { apiUrl } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, useCloseOnBack } from "../ui/ui.ts"
import style from "./picture-viewer.module.css"

/** The pictures of a message, one at a time over everything: arrows go on, a click or `+` zooms, Escape closes. */
export default function PictureViewer({
  pictures,
  shownId,
  onShow,
  onClose,
}: {
  pictures: readonly FileView[]
  shownId: string
  onShow: (id: string) => void
  onClose: () => void
}) {
  const [isZoomed, setZoomed] = useState(false)
  useCloseOnBack(onClose)
  const at = pictures.findIndex(({ id }) => id === shownId)
  const [before, shown, after] = [pictures[at - 1], pictures[at], pictures[at + 1]]
  useEffect(() => setZoomed(false), [shownId])
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const isRightToLeft = document.documentElement.dir === "rtl"
      const [back, on] = isRightToLeft ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"]
      if (event.key === back && before) onShow(before.id)
      else if (event.key === on && after) onShow(after.id)
      else if (event.key === "+" || event.key === "-") setZoomed(event.key === "+")
    }
    // On its way down: the dialog keeps arrows to itself.
    addEventListener("keydown", pressed, true)
    return () => removeEventListener("keydown", pressed, true)
  }, [before, after, onShow])
  if (shown === undefined) return null
  const { id, name } = shown
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Popup className={style["viewer"]}>
          <header className={style["head"]}>
            <Dialog.Title className={style["title"]}>
              <bdi>{name}</bdi>
            </Dialog.Title>
            <a className={style["download"]} href={apiUrl(`/files/${id}`)} download={name}>
              {t("file.download")}
            </a>
            <Dialog.Close render={<Button icon="close" label={t("dismiss")} />} />
          </header>
          <div className={style["stage"]} data-zoomed={isZoomed || undefined}>
            <button
              type="button"
              className={style["picture"]}
              aria-label={t("file.zoom")}
              aria-pressed={isZoomed}
              onClick={() => setZoomed(!isZoomed)}
            >
              <img key={id} src={apiUrl(`/files/${id}?as=large`)} alt={name} />
            </button>
          </div>
          {pictures.length > 1 && (
            <footer className={style["foot"]}>
              <Button
                icon="back"
                label={t("file.previous")}
                disabled={!before}
                onClick={() => before && onShow(before.id)}
              />
              <span>
                {at + 1} / {pictures.length}
              </span>
              <span className={style["on"]}>
                <Button
                  icon="back"
                  label={t("file.next")}
                  disabled={!after}
                  onClick={() => after && onShow(after.id)}
                />
              </span>
            </footer>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
