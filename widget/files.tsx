/** The files of a message. Where they lie is Parley's own host; what is not there yet has only a name. */
import { localeOf } from "../protocol/languages.ts"
import { lengthWords } from "../protocol/voice.ts"
import type { PublicMessage } from "../protocol/visitor.ts"

import type { PanelTexts } from "./texts.ts"
import { useVoices } from "./voices.ts"

export type ShownFile = PublicMessage["files"][number]

export function Files({
  files,
  origin,
  side,
  texts,
}: {
  files: readonly ShownFile[]
  origin: string
  side: string
  texts: PanelTexts
}) {
  return (
    <>
      {files.map((file) => (
        <p key={file.id} class={`file ${side}`}>
          <OneFile file={file} address={origin + file.path} texts={texts} />
        </p>
      ))}
    </>
  )
}

function OneFile({ file, address, texts }: { file: ShownFile; address: string; texts: PanelTexts }) {
  const { name, width, height, type, voice } = file
  const voices = useVoices(Boolean(voice))
  const words = voice ? (
    texts.voiceMessage(lengthWords(voice.ms))
  ) : (
    <>
      <bdi>{name}</bdi> <span class="muted">{sizeWords(file.size, texts)}</span>
    </>
  )
  if (file.path === "") return <span class="bubble">{words}</span>
  if (voice && voices)
    return <voices.VoicePlayer address={address} download={address} voice={voice} texts={texts} />
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

export function sizeWords(size: number, { language }: PanelTexts): string {
  const [amount, unit] =
    size < 1_000_000 ? [Math.ceil(size / 1_000), "kilobyte"] : [size / 1_000_000, "megabyte"]
  const locale = localeOf(language, [])
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount)
}
