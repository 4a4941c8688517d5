/** The recorder of voice messages, the same in desk and widget. */

import { LONGEST_VOICE, MOST_PEAKS } from "./voice.ts"

/** Milliseconds: what is shorter was a slip of the finger. */
const SHORTEST = 400
const LOOK_EVERY = 50
const PIECE = 1_000
/** Bits a second: speech is clear in it, and a quarter of an hour has 5 MB. */
const BITS = 48_000
/** What is kept of an unfinished recording is kept anew when it has grown by this part, so that a long one costs no more than ten of it. */
const GROWTH = 0.1

/** The first one is played everywhere; the others where somebody else made them so. */
const TYPES = ["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/ogg;codecs=opus"]

export type Recorded = { file: File; voice: { ms: number; peaks: number[] } }

/** `not-here`: the browser records nothing, or not on a page without https. */
export type Hindrance = "not-here" | "not-allowed" | "no-microphone" | "in-use"

export class CannotRecord extends Error {
  readonly why: Hindrance
  constructor(why: Hindrance) {
    super(`No recording: ${why}.`)
    this.name = "CannotRecord"
    this.why = why
  }
}

export type Recorder = {
  /** Milliseconds so far. */
  length(): number
  /** How loud it is now, 0 to 1. */
  level(): number
  /** Ends it and lets go of the microphone; `undefined` where it was too short. The same every time. */
  stop(): Promise<Recorded | undefined>
}

/** Asks for the microphone and begins. Throws `CannotRecord`. */
export async function record(o: {
  /** All there is so far, for whoever wants to keep it in case the page goes. */
  onGrown(recorded: Recorded): void
  /** It has reached the greatest length, or the microphone is gone. */
  onOver(): void
}): Promise<Recorder> {
  const stream = await openMicrophone()
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(stream, {
    audioBitsPerSecond: BITS,
    ...(mimeType === undefined ? {} : { mimeType }),
  })
  const meter = openMeter(stream)
  const pieces: Blob[] = []
  const levels: number[] = []
  const begun = performance.now()
  let endedAt: number | undefined
  let size = 0
  let keptSize = 0

  const length = () => Math.min(LONGEST_VOICE, Math.round((endedAt ?? performance.now()) - begun))
  const soFar = (): Recorded => ({
    file: fileOf(pieces, recorder.mimeType),
    voice: { ms: Math.max(1, length()), peaks: peaksOf(levels) },
  })
  const timer = setInterval(() => {
    levels.push(meter.level())
    if (length() >= LONGEST_VOICE) o.onOver()
  }, LOOK_EVERY)

  recorder.addEventListener("dataavailable", ({ data }) => {
    if (data.size === 0) return
    pieces.push(data)
    size += data.size
    if (recorder.state !== "recording" || size < keptSize * (1 + GROWTH)) return
    keptSize = size
    o.onGrown(soFar())
  })
  for (const track of stream.getTracks()) track.addEventListener("ended", o.onOver)
  recorder.start(PIECE)

  let stopping: Promise<Recorded | undefined> | undefined

  async function stop(): Promise<Recorded | undefined> {
    endedAt = performance.now()
    clearInterval(timer)
    if (recorder.state !== "inactive")
      await new Promise((resolve) => {
        recorder.addEventListener("stop", resolve, { once: true })
        recorder.stop()
      })
    for (const track of stream.getTracks()) track.stop()
    meter.close()
    return size === 0 || length() < SHORTEST ? undefined : soFar()
  }

  return { length, level: meter.level, stop: () => (stopping ??= stop()) }
}

async function openMicrophone(): Promise<MediaStream> {
  // Pages without https have none, whatever TypeScript says.
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (devices === undefined || typeof MediaRecorder === "undefined") throw new CannotRecord("not-here")
  try {
    return await devices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true } })
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ""
    if (name === "NotAllowedError" || name === "SecurityError") throw new CannotRecord("not-allowed")
    throw new CannotRecord(name === "NotReadableError" || name === "AbortError" ? "in-use" : "no-microphone")
  }
}

function openMeter(stream: MediaStream): { level(): number; close(): void } {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 2_048
  context.createMediaStreamSource(stream).connect(analyser)
  void context.resume()
  const wave = new Float32Array(analyser.fftSize)
  return {
    level() {
      analyser.getFloatTimeDomainData(wave)
      const power = wave.reduce((sum, value) => sum + value * value, 0) / wave.length
      // Speech is quiet in numbers; as its root it looks as loud as it sounds.
      return Math.min(1, Math.sqrt(Math.sqrt(power)) * 1.5)
    },
    close: () => void context.close(),
  }
}

/** Loud and quiet as against its loudest moment; one that is silent all along stays flat. */
function peaksOf(levels: readonly number[]): number[] {
  const count = Math.max(1, Math.min(MOST_PEAKS, levels.length))
  const steps = Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * levels.length) / count)
    return Math.max(0, ...levels.slice(from, Math.floor(((at + 1) * levels.length) / count)))
  })
  const loudest = Math.max(0.1, ...steps)
  return steps.map((step) => Math.round((step / loudest) * 100))
}

function fileOf(pieces: readonly Blob[], mimeType: string): File {
  const type = mimeType.split(";")[0] ?? ""
  const ending = type === "audio/mp4" ? "m4a" : (type.split("/")[1] ?? "webm")
  return new File([...pieces], `voice-message.${ending}`, { type })
}
