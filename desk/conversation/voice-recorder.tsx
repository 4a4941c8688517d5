import { useEffect, useRef, useState, type RefObject } from "react"
import { CannotRecord, record, type Recorded, type Recorder } from "../../protocol/recording.ts"
import { lengthWords } from "../../protocol/voice.ts"
import { attach, keepRecording, type DraftFile } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, showToast } from "../ui/ui.ts"
import style from "./voice-recorder.module.css"

export type RecorderProps = {
  /** Of the draft that it is recorded for. */
  setFiles: (change: (now: readonly DraftFile[]) => DraftFile[]) => void
  /** Whether the button that began it is still held down. */
  isHeld: RefObject<boolean>
  onOver: () => void
}

/** Milliseconds: who lets go earlier has tapped. */
const HELD = 500
const BARS = 40

/** Records from when it appears until Stop, Delete, or until it goes: then what was said is attached all the same. */
export default function VoiceRecorder(props: RecorderProps) {
  const { length, levels, stop, drop } = useRecording(props)
  const stopButton = useRef<HTMLButtonElement>(null)
  const isOn = length !== undefined
  useEffect(() => stopButton.current?.focus(), [isOn])
  const level = Math.round((levels.at(-1) ?? 0) * 100)
  return (
    <div
      className={style["recorder"]}
      role="group"
      aria-label={t("voice.recording")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return
        event.preventDefault()
        event.stopPropagation()
        drop()
      }}
    >
      <span className={style["dot"]} data-on={isOn || undefined} />
      <span className={style["time"]} role="timer" aria-live="off">
        {lengthWords(length ?? 0)}
      </span>
      <span
        className={style["meter"]}
        role="meter"
        aria-label={t("voice.level")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={level}
      >
        {Array.from({ length: BARS }, (_, at) => (
          <i key={at} style={{ blockSize: `${8 + (levels[levels.length - BARS + at] ?? 0) * 92}%` }} />
        ))}
      </span>
      {isOn ? (
        <span className="unseen" role="status">
          {t("voice.recording")}
        </span>
      ) : (
        t("voice.asking")
      )}
      <Button icon="trash" label={t("voice.delete")} onClick={drop} />
      <Button ref={stopButton} icon="stop" kind="primary" label={t("voice.stop")} onClick={stop} />
    </div>
  )
}

function useRecording({ setFiles, isHeld, onOver }: RecorderProps) {
  const [length, setLength] = useState<number>()
  const [levels, setLevels] = useState<readonly number[]>([])
  const end = useRef<(isWanted: boolean) => void>(() => undefined)
  // As they were when it began: what is recorded belongs to that conversation, whichever is shown when it ends.
  const [{ setFiles: setFilesOf, onOver: isDone }] = useState({ setFiles, onOver })

  useEffect(() => {
    let recorder: Recorder | undefined
    let isOver = false
    let frame = 0
    const kept = keepRecording()

    const finish = async (isWanted: boolean) => {
      if (isOver) return
      isOver = true
      cancelAnimationFrame(frame)
      const recorded = await recorder?.stop()
      const file = recorded && isWanted ? attach(recorded.file, recorded.voice) : undefined
      kept?.end()
      setFilesOf((now) => [...now.filter(({ id }) => id !== kept?.id), ...(file ? [file] : [])])
      if (recorder && !recorded && isWanted) showToast(t("voice.tooShort"))
      if (recorded && !isWanted) offerBack(recorded, setFilesOf)
      isDone()
    }
    end.current = (isWanted) => void finish(isWanted)

    const keep = async ({ file, voice }: Recorded) => {
      const unfinished = await kept?.keep(file, voice)
      if (unfinished && !isOver)
        setFilesOf((now) => [...now.filter(({ id }) => id !== unfinished.id), unfinished])
    }

    const follow = () => {
      if (!recorder) return
      setLength(recorder.length())
      const level = recorder.level()
      setLevels((now) => [...now.slice(-BARS), level])
      frame = requestAnimationFrame(follow)
    }

    const begin = async () => {
      try {
        const begun = await record({
          onGrown: (recorded) => void keep(recorded).catch(reportError),
          onOver: () => void finish(true),
        })
        recorder = begun
        // Whoever has gone meanwhile leaves no microphone open.
        if (isOver) await begun.stop()
        else follow()
      } catch (error) {
        if (!(error instanceof CannotRecord)) reportError(error)
        showToast(t(`voice.refused.${error instanceof CannotRecord ? error.why : "not-here"}`))
        void finish(false)
      }
    }

    const letGo = () => recorder && recorder.length() >= HELD && void finish(true)
    if (isHeld.current) addEventListener("pointerup", letGo, { once: true })
    // Not at once: while developing, React puts everything up twice.
    const timer = setTimeout(() => void begin())
    return () => {
      clearTimeout(timer)
      removeEventListener("pointerup", letGo)
      void finish(true)
    }
  }, [isHeld, setFilesOf, isDone])

  return {
    length,
    levels,
    stop: () => end.current(true),
    drop: () => end.current(false),
  }
}

/** Deleted by mistake, it is attached after all. */
function offerBack({ file, voice }: Recorded, setFiles: RecorderProps["setFiles"]): void {
  showToast(t("voice.deleted"), {
    label: t("undo"),
    run() {
      const back = attach(file, voice)
      if (back) setFiles((now) => [...now, back])
    },
  })
}
