import { useNavigate } from "@tanstack/react-router"
import { useEffect, useEffectEvent } from "react"
import { isWanted } from "../../protocol/notifications.ts"
import { partsOfNote } from "../../protocol/text.ts"
import {
  serverNow,
  useAgents,
  useCounts,
  useSelf,
  useTeams,
  watchNews,
  useWorkspace,
  whenRead,
  type News,
} from "../replica/replica.ts"
import { firstLanguage, t } from "../texts/texts.ts"
import { useWatched } from "../ui/ui.ts"
import { useDevice } from "./device.ts"
import { renewPushes } from "./push.ts"
import { allowSound, ring } from "./sound.ts"
import { tell } from "./worker.ts"

/** Held by every window that somebody looks at: so the one that tells knows of the others. */
const WATCHED = "parley-watched"

/** Mounted once in each window. */
export function Notifier() {
  const { badge } = useCounts()
  const self = useSelf()
  const workspaceId = useWorkspace()?.id
  const agents = useAgents()
  const teams = useTeams()
  const device = useDevice()
  useWatchedLock()
  useClicks(workspaceId)
  useEffect(allowSound, [])
  useEffect(() => {
    // Refused where the app is not installed.
    if ("setAppBadge" in navigator) navigator.setAppBadge(badge).catch(() => undefined)
  }, [badge])

  const agentId = self?.agent.id
  useEffect(() => {
    if (agentId !== undefined) void renewPushes(agentId)
  }, [agentId])

  const hear = useEffectEvent(async (news: News, viewed: ReadonlySet<string>) => {
    if (!self || !workspaceId || !isWanted(self.notifications, news.kind, new Date(serverNow()))) return
    const isWatched = await isAnyWatched()
    const { row, kind } = news
    if (device.sound && !(isWatched && viewed.has(row.id))) ring()
    // The server's push shows it already.
    if (device.pushedTo === self.agent.id) return
    if (isWatched || !device.desktop || device.permission !== "granted") return
    const { customer, id: conversationId } = row
    const { author, text } = writtenIn(news)
    await tell({
      kind: "tell",
      what: kind,
      workspaceId,
      conversationId,
      customer: customer.name,
      city: customer.city,
      author,
      text: self.notifications.showsText ? text : null,
      language: firstLanguage(),
    })
    whenRead(conversationId, () => void tell({ kind: "read", read: [conversationId] }))
  })
  useEffect(() => watchNews((news, viewed) => void hear(news, viewed)), [])
  return null

  function writtenIn({ entry, row, kind }: News): { author: string | null; text: string | null } {
    const body = entry?.body
    const nameOf = (agentId: string | null | undefined) => agents.get(agentId ?? "")?.name ?? t("someone")
    // Who is offered or given something wants to know what it is about.
    if (body === undefined || body.type === "event" || kind === "offer")
      return { author: null, text: row.last?.type === "message" ? row.last.text : null }
    const text = partsOfNote(body.text)
      .map((part) =>
        part.kind === "text"
          ? part.text
          : `@${part.kind === "agent" ? nameOf(part.id) : (teams.get(part.id)?.name ?? t("someTeam"))}`,
      )
      .join("")
    return { author: body.agentId === null ? null : nameOf(body.agentId), text }
  }
}

function useWatchedLock() {
  const isWatched = useWatched()
  useEffect(() => {
    if (!isWatched || !("locks" in navigator)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    void navigator.locks.request(WATCHED, { mode: "shared" }, () => promise)
    return resolve
  }, [isWatched])
}

async function isAnyWatched(): Promise<boolean> {
  const locks: LockManager | undefined = navigator.locks
  if (locks === undefined) return document.hasFocus()
  const { held = [] } = await locks.query()
  return held.some(({ name }) => name === WATCHED)
}

/**
 * The service worker brings the window to the front; what was clicked opens without loading anything anew, unless it is
 * of another workspace.
 */
function useClicks(workspaceId: string | undefined) {
  const navigate = useNavigate()
  useEffect(() => {
    const worker: ServiceWorkerContainer | undefined = navigator.serviceWorker
    const hear = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== "object" || data === null || !("path" in data)) return
      const path = String(data.path)
      if ("workspaceId" in data && data.workspaceId !== workspaceId)
        location.assign(`${path}?workspace=${String(data.workspaceId)}`)
      else void navigate({ to: path })
    }
    worker?.addEventListener("message", hear)
    return () => worker?.removeEventListener("message", hear)
  }, [navigate, workspaceId])
}
