/** What of voice messages is there before one is recorded or heard; the rest is loaded then. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react"
import type { Voice } from "../../protocol/uploads.ts"
import { lengthWords } from "../../protocol/voice.ts"
import { insist } from "../offline/offline.ts"
import { attachedBytes, apiUrl } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Icon } from "../ui/ui.ts"
import type { RecorderProps } from "./voice-recorder.tsx"
import style from "./voice.module.css"

const VoicePlayer = lazy(() => insist(() => import("./voice-player.tsx")))
const VoiceRecorder = lazy(() => insist(() => import("./voice-recorder.tsx")))

export function VoiceMessage({ fileId, voice }: { fileId: string; voice: Voice }) {
  const path = `/files/${fileId}`
  return (
    <Suspense fallback={<Unheard voice={voice} />}>
      <VoicePlayer address={apiUrl(`${path}?as=sound`)} download={apiUrl(path)} voice={voice} />
    </Suspense>
  )
}

/** One that is not sent yet; its sound is on this machine, unless the page was loaded anew since it was uploaded. */
export function AttachedVoice({ fileId, voice }: { fileId: string; voice: Voice }) {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    let made: string | undefined
    let isGone = false
    void attachedBytes(fileId).then((bytes) => {
      if (bytes === undefined || isGone) return
      made = URL.createObjectURL(bytes)
      setAddress(made)
    })
    return () => {
      isGone = true
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }, [fileId])
  if (address === undefined) return <Unheard voice={voice} />
  return (
    <Suspense fallback={<Unheard voice={voice} />}>
      <VoicePlayer address={address} voice={voice} />
    </Suspense>
  )
}

/** As high as what takes its place, so that nothing shifts then. */
function Unheard({ voice }: { voice: Voice }) {
  return (
    <span className={style["unheard"]}>
      <Icon name="mic" size={16} />
      {t("voice.message", { length: lengthWords(voice.ms) })}
    </span>
  )
}

/** Tapped, it records until Stop; held, until it is let go. */
export function useRecorder(
  o: Omit<RecorderProps, "isHeld" | "onOver"> & { isDisabled: boolean; onOver(): void },
) {
  const [isRecording, setRecording] = useState(false)
  const isHeld = useRef(false)
  const { isDisabled } = o
  const button = useMemo(
    () => (
      <Button
        icon="mic"
        label={t("voice.record")}
        // Held, it neither scrolls nor selects.
        style={{ touchAction: "none", userSelect: "none" }}
        disabled={isDisabled}
        aria-pressed={isRecording}
        onPointerDown={({ button: pressed }) => {
          if (pressed !== 0) return
          isHeld.current = true
          addEventListener("pointerup", () => (isHeld.current = false), { once: true })
          setRecording(true)
        }}
        onClick={() => setRecording(true)}
        onContextMenu={(event) => event.preventDefault()}
      />
    ),
    [isDisabled, isRecording],
  )
  const strip = isRecording && (
    <Suspense fallback={null}>
      <VoiceRecorder
        setFiles={o.setFiles}
        isHeld={isHeld}
        onOver={() => {
          setRecording(false)
          o.onOver()
        }}
      />
    </Suspense>
  )
  return { button, strip, isRecording }
}
