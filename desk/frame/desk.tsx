import { useNavigate, useRouterState } from "@tanstack/react-router"
import { useEffect, useState, type ReactNode } from "react"
import { inboxKey } from "../../protocol/values.ts"
import { useConnection, useCounts, useSelf, useTeams, useWaitingCount } from "../replica/replica.ts"
import { inboxWords, NowProvider } from "../inboxes/inboxes.ts"
import { t } from "../texts/texts.ts"
import { Icon, useKeys, useWidth } from "../ui/ui.ts"
import { BottomBar } from "./bottom-bar.tsx"
import { KeyList } from "./key-list.tsx"
import { Rail } from "./rail.tsx"
import { SearchBox } from "./search-box.tsx"
import style from "./desk.module.css"

export function Desk({ children }: { children: ReactNode }) {
  const isPhone = useWidth() === "phone"
  const navigate = useNavigate()
  const self = useSelf()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [showsKeys, setShowsKeys] = useState(false)
  useTitle(path)

  const go = (inbox: string) => () => void navigate({ to: "/inbox/$inbox", params: { inbox } })
  useKeys({
    "?": () => setShowsKeys(true),
    "g m": go("me"),
    "g u": go("unassigned"),
    "g s": go("starred"),
    "g t": () => self && go(`team:${[...self.reader.teamIds][0] ?? ""}`)(),
  })
  const hasConversation = /^\/(inbox\/[^/]+|conversations)\/[^/]+/.test(path)
  return (
    <NowProvider>
      <div className={style["desk"]}>
        <OfflineBar />
        {!isPhone && <Rail onKeys={() => setShowsKeys(true)} />}
        {!(isPhone && hasConversation) && <SearchBox />}
        <main className={style["main"]}>{self && children}</main>
        {isPhone && !hasConversation && <BottomBar path={path} />}
      </div>
      <KeyList isOpen={showsKeys} onClose={() => setShowsKeys(false)} />
    </NowProvider>
  )
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
