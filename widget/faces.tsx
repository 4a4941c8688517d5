import { useState } from "preact/hooks"
import type { Face } from "../protocol/visitor.ts"

type Shown = Pick<Face, "initials" | "color"> & { photo?: string | null | undefined }

/** The initials stand until the photo has come, and where the page's own policy forbids it. */
export function Avatar({ face, origin }: { face: Shown; origin: string }) {
  const [broken, setBroken] = useState<string>()
  const { photo } = face
  return (
    <span class="avatar" style={{ background: face.color }} aria-hidden="true">
      {face.initials}
      {photo && photo !== broken && <img src={origin + photo} alt="" onError={() => setBroken(photo)} />}
    </span>
  )
}

export function Faces({ faces, origin }: { faces: readonly Shown[]; origin: string }) {
  return (
    <span class="faces">
      {faces.map((face, index) => (
        <Avatar key={index} face={face} origin={origin} />
      ))}
    </span>
  )
}
