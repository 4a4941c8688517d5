/** The files of a message. Where they lie is Parley's own host; what is not there yet has only a name. */
import type { PublicMessage } from "../protocol/visitor.ts"

export type ShownFile = PublicMessage["files"][number]

export function Files({
  files,
  origin,
  side,
}: {
  files: readonly ShownFile[]
  origin: string
  side: string
}) {
  return (
    <>
      {files.map((file) => (
        <p key={file.id} class={`file ${side}`}>
          <OneFile file={file} address={origin + file.path} />
        </p>
      ))}
    </>
  )
}

function OneFile({ file, address }: { file: ShownFile; address: string }) {
  const { name, width, height, type } = file
  const words = (
    <>
      <bdi>{name}</bdi> <span class="muted">{sizeWords(file.size)}</span>
    </>
  )
  if (file.path === "") return <span class="bubble">{words}</span>
  // What somebody recorded has no captions, and we cannot make any.
  // eslint-disable-next-line jsx-a11y/media-has-caption
  if (type.startsWith("audio/")) return <audio controls preload="metadata" src={address} aria-label={name} />
  // eslint-disable-next-line jsx-a11y/media-has-caption
  if (type.startsWith("video/")) return <video controls preload="metadata" src={address} aria-label={name} />
  if (width === null || height === null)
    return (
      <a class="bubble" href={address} download={name} target="_blank" rel="noopener noreferrer">
        {words}
      </a>
    )
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      <img src={`${address}?as=small`} alt={name} width={width} height={height} loading="lazy" />
    </a>
  )
}

export function sizeWords(size: number): string {
  return size < 1_000_000 ? `${Math.ceil(size / 1_000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`
}
