import { useEffect, useRef, useState } from "react"
import { createPlayer, wavePath, type Player, type Playing } from "../../protocol/playing.ts"
import type { Voice } from "../../protocol/uploads.ts"
import { lengthWords } from "../../protocol/voice.ts"
import { t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import style from "./voice-player.module.css"

type PlayerProps = {
  address: string
  voice: Voice
  /** Where it can be fetched if this browser cannot play it. */
  download?: string
}

/** Its own slider: time runs from left to right in every language. */
export default function VoicePlayer({ address, voice, download }: PlayerProps) {
  const player = useRef<Player>(undefined)
  const [{ isPlaying, at, length, speed, isBroken }, setPlaying] = useState<Playing>({
    isPlaying: false,
    at: 0,
    length: voice.ms,
    speed: 1,
    isBroken: false,
  })
  const { ms } = voice
  useEffect(() => {
    const made: Player = createPlayer({ address, ms, onChange: () => setPlaying(made.state()) })
    player.current = made
    setPlaying(made.state())
    return made.close
  }, [address, ms])

  const path = wavePath(voice.peaks)
  const part = length > 0 ? at / length : 0
  const words = t("voice.at", { at: lengthWords(at), length: lengthWords(length) })
  const drag = (event: React.PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    player.current?.seek(Math.max(0, Math.min(1, (event.clientX - left) / width)))
  }
  if (isBroken)
    return (
      <span className={style["player"]} data-broken>
        <span>{t("voice.broken", { length: lengthWords(ms) })}</span>
        {download !== undefined && (
          <a href={download} download>
            {t("file.download")}
          </a>
        )}
      </span>
    )
  return (
    <span
      className={style["player"]}
      dir="ltr"
      role="group"
      aria-label={t("voice.message", { length: lengthWords(ms) })}
    >
      <Button
        icon={isPlaying ? "pause" : "play"}
        label={isPlaying ? t("voice.pause") : t("voice.play")}
        onClick={() => player.current?.toggle()}
      />
      <span
        className={style["wave"]}
        role="slider"
        tabIndex={0}
        aria-label={t("voice.position")}
        aria-valuemin={0}
        aria-valuemax={Math.round(length / 1_000)}
        aria-valuenow={Math.round(at / 1_000)}
        aria-valuetext={words}
        onKeyDown={(event) => {
          if (event.altKey || event.ctrlKey || event.metaKey || !player.current?.pressed(event.key)) return
          event.preventDefault()
          event.stopPropagation()
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          drag(event)
        }}
        onPointerMove={(event) => event.buttons > 0 && drag(event)}
      >
        <svg viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">
          <path d={path} />
          <path
            d={path}
            className={style["heard"]}
            style={{ clipPath: `inset(0 ${(100 - part * 100).toFixed(2)}% 0 0)` }}
          />
        </svg>
      </span>
      <span className={style["time"]} aria-hidden="true">
        {lengthWords(isPlaying || at > 0 ? at : length)}
      </span>
      <button
        type="button"
        className={style["speed"]}
        aria-label={t("voice.speed", { speed })}
        onClick={() => player.current?.turnSpeed()}
      >
        {speed}×
      </button>
    </span>
  )
}
