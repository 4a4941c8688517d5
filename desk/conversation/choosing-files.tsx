import { useEffect, useRef, useState } from "react"
import { useActions } from "../actions/actions.ts"
import { t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"

export function FileButton({
  isDisabled,
  onChoose,
}: {
  isDisabled: boolean
  onChoose: (files: File[]) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const choose = () => input.current?.click()
  useActions({ attach: !isDisabled && choose })
  return (
    <>
      <Button icon="clip" label={t("file.attach")} disabled={isDisabled} onClick={choose} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          onChoose([...(currentTarget.files ?? [])])
          // The same file once more is another choice.
          currentTarget.value = ""
        }}
      />
    </>
  )
}

/** Files that are dropped anywhere in the window; answers whether some are held over it. `undefined` takes none. */
export function useDropping(onDrop: ((files: File[]) => void) | undefined): boolean {
  const [isOver, setOver] = useState(false)
  const take = useRef(onDrop)
  take.current = onDrop
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return
      // Else the browser would leave the desk and open the file.
      event.preventDefault()
      event.dataTransfer.dropEffect = take.current ? "copy" : "none"
      setOver(take.current !== undefined)
    }
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false)
    const drop = (event: DragEvent) => {
      setOver(false)
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      take.current?.(files)
    }
    addEventListener("dragover", over)
    addEventListener("dragleave", leave)
    addEventListener("drop", drop)
    return () => {
      removeEventListener("dragover", over)
      removeEventListener("dragleave", leave)
      removeEventListener("drop", drop)
    }
  }, [])
  return isOver
}
