/** Voice messages, loaded when the first one is recorded or to be heard. */
import { useEffect, useRef, useState } from "preact/hooks"
import { createPlayer, wavePath, type Player, type Playing } from "../protocol/playing.ts"
import { CannotRecord, record, type Recorded, type Recorder } from "../protocol/recording.ts"
import type { Voice } from "../protocol/uploads.ts"
import { lengthWords } from "../protocol/voice.ts"
import type { Attaching } from "./attaching.ts"
import { MicIcon, PauseIcon, PlayIcon, StopIcon, TrashIcon } from "./icons.tsx"
import type { PanelTexts } from "./texts.ts"

const BARS = 24
/** Milliseconds: who lets go of the button earlier has tapped. */
const HELD = 500

/** Time runs from left to right in every language. */
export function VoicePlayer(o: { address: string; voice: Voice; texts: PanelTexts; download?: string }) {
  const { address, voice, texts } = o
  const { ms, peaks } = voice
  const player = useRef<Player>(undefined)
  const [{ isPlaying, at, length, speed, isBroken }, setPlaying] = useState<Playing>({
    isPlaying: false,
    at: 0,
    length: ms,
    speed: 1,
    isBroken: false,
  })
  useEffect(() => {
    const made: Player = createPlayer({ address, ms, onChange: () => setPlaying(made.state()) })
    player.current = made
    setPlaying(made.state())
    return made.close
  }, [address, ms])

  if (isBroken)
    return (
      <span class="voice broken">
        {texts.cannotPlay(lengthWords(ms))}{" "}
        {o.download !== undefined && (
          <a href={o.download} target="_blank" rel="noopener noreferrer">
            {texts.download}
          </a>
        )}
      </span>
    )

  const path = wavePath(peaks)
  const heard = length > 0 ? (at / length) * 100 : 0
  function drag(event: PointerEvent & { currentTarget: HTMLElement }): void {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    player.current?.seek(Math.max(0, Math.min(1, (event.clientX - left) / width)))
  }
  return (
    <span class="voice" dir="ltr" role="group" aria-label={texts.voiceMessage(lengthWords(ms))}>
      <button
        type="button"
        class="plain"
        aria-label={isPlaying ? texts.pause : texts.play}
        onClick={() => player.current?.toggle()}
      >
        {isPlaying ? <PauseIcon /> : <PlayIcon />}
      </button>
      <span
        class="wave"
        role="slider"
        tabIndex={0}
        aria-label={texts.position}
        aria-valuemin={0}
        aria-valuemax={Math.round(length / 1_000)}
        aria-valuenow={Math.round(at / 1_000)}
        aria-valuetext={texts.positionOf(lengthWords(at), lengthWords(length))}
        onKeyDown={(event) => {
          if (event.altKey || event.ctrlKey || event.metaKey || !player.current?.pressed(event.key)) return
          event.preventDefault()
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          drag(event)
        }}
        onPointerMove={(event) => event.buttons > 0 && drag(event)}
      >
        <svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">
          <path d={path} />
          <path d={path} class="heard" style={{ clipPath: `inset(0 ${(100 - heard).toFixed(2)}% 0 0)` }} />
        </svg>
      </span>
      <span class="length" aria-hidden="true">
        {lengthWords(isPlaying || at > 0 ? at : length)}
      </span>
      <button
        type="button"
        class="speed"
        aria-label={texts.speed(speed)}
        onClick={() => player.current?.turnSpeed()}
      >
        {speed}×
      </button>
    </span>
  )
}

/** One that is not sent yet: its sound is in this browser. */
export function AttachedVoice(o: {
  id: string
  voice: Voice
  texts: PanelTexts
  attaching: () => Promise<Attaching>
}) {
  const { id, voice, texts, attaching } = o
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    let made: string | undefined
    let isGone = false
    void attaching()
      .then((opened) => opened.bytesOf(id))
      .then((bytes) => {
        if (!bytes || isGone) return
        made = URL.createObjectURL(bytes)
        setAddress(made)
      })
    return () => {
      isGone = true
      if (made) URL.revokeObjectURL(made)
    }
  }, [id, attaching])
  if (!address) return <Unheard voice={voice} texts={texts} />
  return <VoicePlayer address={address} voice={voice} texts={texts} />
}

export function Unheard({ voice, texts }: { voice: Voice; texts: PanelTexts }) {
  return (
    <span class="voice">
      <MicIcon /> {texts.voiceMessage(lengthWords(voice.ms))}
    </span>
  )
}

/** Records from when it appears until Stop, Delete, or until it goes: then what was said is attached all the same. */
export function VoiceRecorder(o: {
  texts: PanelTexts
  attaching: () => Promise<Attaching>
  isHeld: { readonly current: boolean }
  /** Over: `deleted` may still be wanted; `trouble` says why there is nothing. */
  onOver: (result: { deleted?: Recorded; trouble?: string }) => void
}) {
  const { texts } = o
  const stopButton = useRef<HTMLButtonElement>(null)
  const [length, setLength] = useState<number>()
  const [levels, setLevels] = useState<readonly number[]>([])
  const end = useRef<(isWanted: boolean) => void>(() => {})
  const isOn = length !== undefined
  // As it was when it began.
  const [begun] = useState(o)

  useEffect(() => {
    const { attaching, isHeld, onOver, texts: words } = begun
    let recorder: Recorder | undefined
    let isOver = false
    let frame = 0
    const opening = attaching().then((opened) => ({ opened, kept: opened.keepRecording() }))

    opening.catch(() => void finish(true))

    async function finish(isWanted: boolean, trouble?: string): Promise<void> {
      if (isOver) return
      isOver = true
      cancelAnimationFrame(frame)
      const recorded = await recorder?.stop()
      const ready = await opening.catch(() => undefined)
      if (recorded && isWanted) ready?.opened.addVoice(recorded)
      ready?.kept.end()
      const isShort = recorder && !recorded && isWanted
      const notLoaded = ready ? undefined : words.cannotRecord["not-loaded"]
      const said = trouble ?? notLoaded ?? (isShort ? words.tooShort : undefined)
      onOver({
        ...(recorded && !(isWanted && ready) ? { deleted: recorded } : {}),
        ...(said === undefined ? {} : { trouble: said }),
      })
    }
    end.current = (isWanted) => void finish(isWanted)

    function follow(): void {
      if (!recorder) return
      setLength(recorder.length())
      const level = recorder.level()
      setLevels((now) => [...now.slice(-BARS), level])
      frame = requestAnimationFrame(follow)
    }

    async function begin(): Promise<void> {
      try {
        const started = await record({
          onGrown: (recorded) => void opening.then(({ kept }) => kept.keep(recorded)).catch(() => undefined),
          onOver: () => void finish(true),
        })
        recorder = started
        // Whoever has gone meanwhile leaves no microphone open.
        if (isOver) await started.stop()
        else follow()
      } catch (error) {
        void finish(false, words.cannotRecord[error instanceof CannotRecord ? error.why : "not-here"])
      }
    }

    const letGo = () => {
      if (recorder && recorder.length() >= HELD) void finish(true)
    }
    if (isHeld.current) addEventListener("pointerup", letGo, { once: true })
    void begin()
    return () => {
      removeEventListener("pointerup", letGo)
      void finish(true)
    }
  }, [begun])
  useEffect(() => stopButton.current?.focus(), [isOn])

  return (
    <div
      class="recorder"
      role="group"
      aria-label={texts.recording}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return
        event.preventDefault()
        end.current(false)
      }}
    >
      <i class={isOn ? "rec on" : "rec"} />
      <span class="length" role="timer" aria-live="off">
        {lengthWords(length ?? 0)}
      </span>
      <span
        class="meter"
        role="meter"
        aria-label={texts.level}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round((levels.at(-1) ?? 0) * 100)}
      >
        {Array.from({ length: BARS }, (_, at) => (
          <i key={at} style={{ height: `${8 + (levels[levels.length - BARS + at] ?? 0) * 92}%` }} />
        ))}
      </span>
      {!isOn && <span class="muted">{texts.allowMicrophone}</span>}
      <button
        type="button"
        class="plain"
        aria-label={texts.deleteRecording}
        onClick={() => end.current(false)}
      >
        <TrashIcon />
      </button>
      <button
        ref={stopButton}
        type="button"
        class="plain go"
        aria-label={texts.stopRecording}
        onClick={() => end.current(true)}
      >
        <StopIcon />
      </button>
    </div>
  )
}
