/** The player of voice messages, the same in desk and widget: one plays at a time. */

export const SPEEDS = [1, 1.5, 2] as const
/** Milliseconds that an arrow key moves. */
const STEP = 2_000

export type Playing = {
  isPlaying: boolean
  /** Milliseconds. */
  at: number
  length: number
  speed: number
  /** This browser cannot play it, or it cannot be had. */
  isBroken: boolean
}

export type Player = {
  state(): Playing
  toggle(): void
  /** To this part of it, 0 to 1. */
  seek(part: number): void
  /** Answers whether the key is one of a slider's. */
  pressed(key: string): boolean
  turnSpeed(): void
  close(): void
}

/** The one that is heard on this page. */
let heard: HTMLAudioElement | undefined

/** `ms`: how long its recorder took it for. Nothing is fetched before somebody wants to hear it. */
export function createPlayer(o: { address: string; ms: number; onChange(): void }): Player {
  let audio: HTMLAudioElement | undefined
  let isReady = false
  let isBroken = false
  /** Seconds, until the browser knows enough to go there. */
  let wanted: number | undefined
  let speed: (typeof SPEEDS)[number] = 1
  let frame = 0

  const length = () => (isReady && audio ? audio.duration * 1_000 : o.ms)
  const at = () => Math.min(length(), (wanted ?? audio?.currentTime ?? 0) * 1_000)

  function open(): HTMLAudioElement {
    if (audio) return audio
    const made = new Audio(o.address)
    audio = made
    made.preload = "auto"
    made.addEventListener("loadedmetadata", measure)
    made.addEventListener("durationchange", measure)
    made.addEventListener("error", () => {
      isBroken = true
      o.onChange()
    })
    for (const what of ["play", "pause", "seeked"] as const) made.addEventListener(what, changed)
    made.addEventListener("ended", () => {
      made.currentTime = 0
    })
    return made
  }

  /** What a browser has recorded does not say how long it is: whoever asks for its end makes the browser look. */
  function measure(): void {
    if (!audio || isReady) return
    if (!Number.isFinite(audio.duration)) {
      wanted ??= audio.currentTime
      audio.currentTime = 1e9
      return
    }
    isReady = true
    if (wanted !== undefined) audio.currentTime = Math.min(wanted, audio.duration)
    wanted = undefined
    o.onChange()
  }

  function changed(): void {
    cancelAnimationFrame(frame)
    const follow = () => {
      o.onChange()
      if (audio && !audio.paused) frame = requestAnimationFrame(follow)
    }
    follow()
  }

  function go(seconds: number): void {
    const to = Math.max(0, Math.min(seconds, length() / 1_000))
    const opened = open()
    if (isReady) opened.currentTime = to
    else wanted = to
    o.onChange()
  }

  function toggle(): void {
    const opened = open()
    if (!opened.paused) return opened.pause()
    if (heard !== opened) heard?.pause()
    heard = opened
    // A new source begins at the ordinary speed.
    opened.defaultPlaybackRate = speed
    opened.playbackRate = speed
    // Refused: `error` says why, or it was paused again before it began.
    opened.play().catch(() => undefined)
  }

  return {
    state: () => ({
      isPlaying: audio !== undefined && !audio.paused,
      at: at(),
      length: length(),
      speed,
      isBroken,
    }),
    toggle,
    seek: (part) => go((part * length()) / 1_000),
    pressed(key) {
      const now = at()
      if (key === " " || key === "Enter") toggle()
      else if (key === "ArrowLeft" || key === "ArrowDown") go((now - STEP) / 1_000)
      else if (key === "ArrowRight" || key === "ArrowUp") go((now + STEP) / 1_000)
      else if (key === "Home") go(0)
      else if (key === "End") go(length() / 1_000)
      else return false
      return true
    },
    turnSpeed() {
      speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1
      if (audio) audio.playbackRate = speed
      o.onChange()
    },
    close() {
      cancelAnimationFrame(frame)
      audio?.pause()
      if (heard === audio) heard = undefined
    },
  }
}

/** The waveform in one path on 100 × 32: a stroke for each peak, a dot where it is silent. */
export function wavePath(peaks: readonly number[]): string {
  const wide = 100 / peaks.length
  return peaks
    .map((peak, at) => {
      const half = 1 + (peak / 100) * 13
      const x = ((at + 0.5) * wide).toFixed(2)
      return `M${x} ${(16 - half).toFixed(1)}V${(16 + half).toFixed(1)}`
    })
    .join("")
}
