import { useRouterState } from "@tanstack/react-router"
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react"
import { inboxKey } from "../../protocol/values.ts"
import { insist } from "../offline/offline.ts"
import {
  useConnection,
  useCounts,
  useSelf,
  useTeams,
  useWaitingCount,
  type Self,
} from "../replica/replica.ts"
import { inboxWords, NowProvider } from "../inboxes/inboxes.ts"
import { keepLanguage, loadTexts, speak, t, withTexts } from "../texts/texts.ts"
import { Icon, useWidth } from "../ui/ui.ts"
import { BottomBar } from "./bottom-bar.tsx"
import { Rail } from "./rail.tsx"
import { SearchBox } from "./search-box.tsx"
import { useDeskActions } from "./use-desk-actions.ts"
import style from "./desk.module.css"

/** Milliseconds: what nobody waits for must not compete with the first list. */
const LATER = 1_500
const Notifier = lazy(async () => {
  await new Promise((resolve) => setTimeout(resolve, LATER))
  const { Notifier: Loaded } = await insist(() =>
    withTexts("refusals", import("../notifications/notifications.ts")),
  )
  return { default: Loaded }
})
const Commands = lazy(() =>
  insist(async () => {
    const texts = [loadTexts("actions"), loadTexts("settings")]
    const [commands] = await Promise.all([import("./commands.tsx"), ...texts])
    return commands
  }),
)

export function Desk({ children }: { children: ReactNode }) {
  const isPhone = useWidth() === "phone"
  const self = useSelf()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [commands, setCommands] = useState<"palette" | "keys">()
  useTitle(path)
  useOwnLanguage(self?.language)

  useDeskActions(setCommands)
  const hasConversation = /^\/(inbox\/[^/]+|conversations)\/[^/]+/.test(path)
  return (
    <NowProvider>
      <div className={style["desk"]}>
        <OfflineBar />
        {!isPhone && <Rail />}
        {!(isPhone && hasConversation) && <SearchBox />}
        <main className={style["main"]}>{self && children}</main>
        {isPhone && !hasConversation && <BottomBar path={path} />}
      </div>
      <Suspense fallback={null}>
        <Notifier />
      </Suspense>
      {commands && (
        <Suspense fallback={null}>
          <Commands shows={commands} onClose={() => setCommands(undefined)} />
        </Suspense>
      )}
    </NowProvider>
  )
}

/** What he has chosen on whichever device; a page that is open goes on in it as it is. */
function useOwnLanguage(chosen: Self["language"]) {
  useEffect(() => {
    if (chosen !== undefined) void insist(() => speak(keepLanguage(chosen)))
  }, [chosen])
}

/** "(7) Me · Parley" */
function useTitle(path: string) {
  const { badge } = useCounts()
  const teams = useTeams()
  const inbox = inboxKey.safeParse(decodeURIComponent(path.split("/")[2] ?? ""))
  const place = path.startsWith("/settings")
    ? t("rail.settings")
    : path.startsWith("/customers")
      ? t("rail.customers")
      : path.startsWith("/search")
        ? t("search.title")
        : inbox.success
          ? inboxWords(inbox.data, teams)
          : t("rail.service")
  const title = t("title", { place })
  useEffect(() => {
    document.title = badge > 0 ? t("title.badge", { badge, title }) : title
  }, [badge, title])
}

/** Quiet, and only once being offline has lasted: a reconnecting socket is not worth a word. */
const PATIENCE = 2_500

function OfflineBar() {
  const connection = useConnection()
  const waiting = useWaitingCount()
  const isAway = connection !== "online"
  const [shows, setShows] = useState(false)
  useEffect(() => {
    if (!isAway) return setShows(false)
    const timer = setTimeout(() => setShows(true), connection === "offline" ? 0 : PATIENCE)
    return () => clearTimeout(timer)
  }, [isAway, connection])
  return (
    <div role="status" className={style["status"]}>
      {shows && (
        <p className={style["offline"]}>
          <Icon name="offline" size={16} />
          {connection === "offline" ? t("offline") : t("connecting")}
          {waiting > 0 && ` ${t("offline.waiting", { count: waiting })}`}
        </p>
      )}
    </div>
  )
}
