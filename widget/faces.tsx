import type { Face } from "../protocol/visitor.ts"

export function Avatar({ face }: { face: Pick<Face, "initials" | "color"> }) {
  return (
    <span class="avatar" style={{ background: face.color }} aria-hidden="true">
      {face.initials}
    </span>
  )
}

export function Faces({ faces }: { faces: readonly Face[] }) {
  return (
    <span class="faces">
      {faces.map((face, index) => (
        <Avatar key={index} face={face} />
      ))}
    </span>
  )
}
