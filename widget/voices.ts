/** Asks for what plays and records voice messages; nobody loads it who neither hears nor records one. */
import { useEffect, useRef, useState } from "preact/hooks"
import type * as VoiceModule from "./voice.tsx"

type Voices = typeof VoiceModule

let loaded: Voices | undefined

/** `undefined` until it is there; tried again with the next that wants it. */
export function useVoices(isWanted: boolean, onTrouble?: () => void): Voices | undefined {
  const [voices, setVoices] = useState(loaded)
  const trouble = useRef(onTrouble)
  trouble.current = onTrouble
  useEffect(() => {
    if (!isWanted || loaded) return
    import("./voice.tsx").then(
      (module) => {
        loaded = module
        setVoices(module)
      },
      () => trouble.current?.(),
    )
  }, [isWanted])
  return loaded ?? voices
}
