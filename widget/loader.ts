/**
 * The script on a customer's page: its code and the source's settings are one request. Somebody who never wrote costs
 * nothing more until he clicks: no connection, no cookie, nothing stored. Whoever has written gets the panel's code at
 * once, which keeps his stream.
 */
import { isAmong } from "../protocol/website.ts"
import { launch } from "./launch.ts"
import type { Boot, Launcher, Panel } from "./launcher.ts"

declare const PARLEY: Boot

const { settings, panel } = PARLEY
const script =
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript
    : document.querySelector<HTMLScriptElement>(`script[src*="/w/${settings.sourceId}.js"]`)
const { origin } = new URL(script?.src ?? location.href)

// A page that carries the line twice still has one chat.
// Parley's own page, on which the chat is tried out, is always one of those that show it.
const isHere = isAmong(location.hostname, settings.domains) || location.origin === origin
if (isHere && !document.querySelector("parley-chat")) {
  if (document.body) begin()
  else document.addEventListener("DOMContentLoaded", begin)
}

function begin(): void {
  launch({
    settings,
    origin,
    language: script?.dataset.language,
    panel(attempt) {
      // A module that failed once stays failed under its address, so another attempt needs another one.
      const address = origin + panel + (attempt > 0 ? `?again=${attempt}` : "")
      return import(/* @vite-ignore */ address) as Promise<{ start(launcher: Launcher): Promise<Panel> }>
    },
  })
}
