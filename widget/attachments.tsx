/** What is attached to the message being written: how far each file is, and a way to take it off. */
import { lengthWords } from "../protocol/voice.ts"
import type { Attaching, Attachment } from "./attaching.ts"
import { sizeWords } from "./files.tsx"
import { CloseIcon } from "./icons.tsx"
import { refusalWords, type PanelTexts } from "./texts.ts"
import { useVoices } from "./voices.ts"

export function Attachments(o: {
  files: Attachment[]
  texts: PanelTexts
  attaching: () => Promise<Attaching>
  onRetry: (id: string) => void
  onRemove: (id: string) => void
}) {
  const { texts } = o
  const voices = useVoices(o.files.some(({ voice }) => voice))
  return (
    <ul class="attached" aria-label={texts.attached}>
      {o.files.map(({ id, name: ownName, size, received, refusal, voice }) => {
        const name = voice ? texts.voiceMessage(lengthWords(voice.ms)) : ownName
        return (
          <li key={id}>
            {voice && voices ? (
              <voices.AttachedVoice id={id} voice={voice} texts={texts} attaching={o.attaching} />
            ) : (
              <span class="name">
                <bdi>{name}</bdi>
              </span>
            )}
            {refusal === undefined ? (
              !voice && <span class="muted">{sizeWords(size, texts)}</span>
            ) : (
              <span class="bad" role="alert">
                {refusalWords(texts, refusal)}{" "}
                <button type="button" class="again" onClick={() => o.onRetry(id)}>
                  {texts.tryAgain}
                </button>
              </span>
            )}
            <button
              type="button"
              class="plain"
              aria-label={texts.removeFile(name)}
              onClick={() => o.onRemove(id)}
            >
              <CloseIcon />
            </button>
            {refusal === undefined && received < size && (
              <progress aria-label={texts.uploading(name)} value={received} max={size} />
            )}
          </li>
        )
      })}
    </ul>
  )
}
