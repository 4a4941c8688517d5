import { useEffect, useRef, useState } from "react"
import type { HomeAnswer, LauncherSettings } from "../../protocol/visitor.ts"
import type { ChatPreview as Told } from "../../protocol/website.ts"
import { spokenLanguage, t } from "../texts/texts.ts"
import { Field } from "../ui/ui.ts"
import style from "./chat-preview.module.css"

/** The chat as it would be with what is set now: its own code in a frame that reaches nobody. */
export function ChatPreview({ settings }: { settings: LauncherSettings }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [isThere, setThere] = useState(false)
  const [shows, setShows] = useState<Told["shows"]>("home")
  const [width, setWidth] = useState("wide")
  const [scheme, setScheme] = useState<Told["scheme"]>("light")
  const [direction, setDirection] = useState<Told["direction"]>("ltr")
  const home = useHome(settings.sourceId)
  const language = spokenLanguage()
  const told = JSON.stringify({ settings, home, shows, language, scheme, direction } satisfies Told)
  useEffect(() => {
    if (!isThere) return
    // While somebody types the chat is not made anew with each letter.
    const timer = setTimeout(() => frame.current?.contentWindow?.postMessage(JSON.parse(told), "*"), 150)
    return () => clearTimeout(timer)
  }, [isThere, told])
  return (
    <div className={style["preview"]} role="group" aria-label={t("preview.title")}>
      <div className={style["choices"]}>
        <Field
          label={t("preview.shows")}
          value={shows}
          onValue={(value) => setShows(value === "conversation" || value === "first" ? value : "home")}
          choices={[
            { value: "home", label: t("preview.home") },
            { value: "conversation", label: t("preview.conversation") },
            ...(settings.proactive ? [{ value: "first", label: t("preview.first") }] : []),
          ]}
        />
        <Field
          label={t("preview.width")}
          value={width}
          onValue={setWidth}
          choices={[
            { value: "wide", label: t("preview.wide") },
            { value: "phone", label: t("preview.phone") },
          ]}
        />
        <Field
          label={t("preview.scheme")}
          value={scheme}
          onValue={(value) => setScheme(value === "dark" ? "dark" : "light")}
          choices={[
            { value: "light", label: t("preview.light") },
            { value: "dark", label: t("preview.dark") },
          ]}
        />
        <Field
          label={t("preview.direction")}
          value={direction}
          onValue={(value) => setDirection(value === "rtl" ? "rtl" : "ltr")}
          choices={[
            { value: "ltr", label: t("preview.ltr") },
            { value: "rtl", label: t("preview.rtl") },
          ]}
        />
      </div>
      <div className={style["window"]} data-width={width}>
        <iframe
          ref={frame}
          className={style["frame"]}
          title={t("preview.title")}
          src="/chat-preview"
          sandbox="allow-scripts"
          loading="lazy"
          onLoad={() => setThere(true)}
        />
      </div>
    </div>
  )
}

/** Who answers there, as visitors are told. */
function useHome(sourceId: string): HomeAnswer | undefined {
  const [home, setHome] = useState<HomeAnswer>()
  useEffect(() => {
    const gone = new AbortController()
    fetch(`/visitor/v1/${sourceId}/home`, { signal: gone.signal })
      .then(async (response) => {
        if (response.ok) setHome((await response.json()) as HomeAnswer)
      })
      // Without it the chat is shown as to a visitor who has no network.
      .catch(() => undefined)
    return () => gone.abort()
  }, [sourceId])
  return home
}
