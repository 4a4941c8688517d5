/** Two soft notes, made here: there is nothing to load, and browsers let nothing ring before the first click. */
let context: AudioContext | undefined

/** From the first click or key on there may be sound. */
export function allowSound(): () => void {
  const stopping = new AbortController()
  const begin = () => {
    stopping.abort()
    context ??= new AudioContext()
    void context.resume()
  }
  addEventListener("pointerdown", begin, { signal: stopping.signal })
  addEventListener("keydown", begin, { signal: stopping.signal })
  return () => stopping.abort()
}

/** Hertz, seconds, and how loud of 1: heard across a desk, and not across a room. */
const NOTES = [
  { pitch: 587.33, at: 0 },
  { pitch: 880, at: 0.11 },
] as const
const LENGTH = 0.45
const VOLUME = 0.08

export function ring(): void {
  if (navigator.userActivation.hasBeenActive) context ??= new AudioContext()
  const ready = context
  void ready?.resume().then(() => play(ready))
}

function play(ready: AudioContext): void {
  const { currentTime, destination } = ready
  for (const { pitch, at } of NOTES) {
    const tone = ready.createOscillator()
    const volume = ready.createGain()
    const from = currentTime + at
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(VOLUME, from + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.000_1, from + LENGTH)
    tone.connect(volume).connect(destination)
    tone.start(from)
    tone.stop(from + LENGTH)
  }
}
