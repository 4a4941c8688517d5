import type { Ref } from "react"

/** In pixels: enough for the largest place and the finest screen. */
const SIZE = 512

/** A field that nobody sees: `click()` on it asks for a picture, of which `onChoose` is given what will be shown. */
export function PhotoInput({
  ref,
  label,
  onChoose,
}: {
  ref: Ref<HTMLInputElement>
  label: string
  onChoose: (square: Blob) => void
}) {
  return (
    <input
      ref={ref}
      type="file"
      accept="image/*"
      hidden
      aria-label={label}
      onChange={({ currentTarget }) => {
        const [file] = currentTarget.files ?? []
        if (file) void middleOf(file).then(onChoose)
        // The same file once more is another choice.
        currentTarget.value = ""
      }}
    />
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
