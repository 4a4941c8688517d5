/** Asks for what plays and records voice messages; nobody loads it who neither hears nor records one. */
import { useEffect, useState } from "preact/hooks"

type Voices = typeof import("./voice.tsx")

let loaded: Voices | undefined

/** `undefined` until it is there; tried again with the next that wants it. */
export function useVoices(isWanted: boolean, onTrouble?: () => void): Voices | undefined {
  const [voices, setVoices] = useState(loaded)
  useEffect(() => {
    if (!isWanted || loaded) return
    import("./voice.tsx").then(
      (module) => {
        loaded = module
        setVoices(module)
      },
      () => onTrouble?.(),
    )
  }, [isWanted])
  return loaded ?? voices
}
