/**
 * The script on a customer's page: the launcher, its unread count and the proactive message, in an open shadow root
 * at the end of the document. Its code and the source's settings are one request. Somebody who never wrote costs
 * nothing more until he clicks: no connection, no cookie, nothing stored. Whoever has written gets the panel's code
 * at once, which keeps his stream. Nothing here may throw into the page, take its focus or leave a global.
 */
import css from "./launcher.css?inline"
import type { Boot, Launcher, Panel } from "./launcher.ts"
import { showProactive } from "./proactive.ts"
import { launcherTexts } from "./texts.ts"
import { isAmong } from "../protocol/website.ts"

/** The element on the page, which is all that the page's own scripts need: docs/widget.md. */
type Chat = HTMLElement & { open(): void; close(): void; unread: number }

declare const PARLEY: Boot

const OPEN = '<svg viewBox="0 0 24 24"><path d="M4 5h16v11H9l-4 4v-4H4z"/></svg>'
const CLOSE = '<svg viewBox="0 0 24 24"><path d="M6 6l12 12M18 6 6 18"/></svg>'

const script = document.currentScript
const { settings, panel: panelPath } = PARLEY
const source =
  script instanceof HTMLScriptElement
    ? script.src
    : (document.querySelector<HTMLScriptElement>(`script[src*="/w/${settings.sourceId}.js"]`)?.src ??
      location.href)

// A page that carries the line twice still has one chat.
// Parley's own page, on which the chat is tried out, is always one of those that show it.
const isHere = isAmong(location.hostname, settings.domains) || location.origin === new URL(source).origin
if (isHere && !document.querySelector("parley-chat")) {
  if (document.body) begin()
  else document.addEventListener("DOMContentLoaded", begin)
}

function begin(): void {
  const origin = new URL(source).origin
  const languages = [document.documentElement.lang, ...navigator.languages].filter(isLanguage)
  const texts = launcherTexts(languages)
  const page = getComputedStyle(document.body)

  const host: Chat = Object.assign(document.createElement("parley-chat"), {
    open: () => show(true),
    close: () => show(false),
    unread: 0,
  })
  const root = host.attachShadow({ mode: "open" })
  // Not a style element: the page's own policy may forbid those.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  for (const kind of ["keydown", "keyup", "keypress"])
    root.addEventListener(kind, (event) => event.stopPropagation())

  const stage = document.createElement("div")
  stage.className = "stage"
  stage.dir = page.direction
  stage.dataset.side = settings.side
  stage.lang = texts.language
  // A page that has decided between light and dark is followed; any other leaves it to the visitor's system.
  const scheme = getComputedStyle(document.documentElement).colorScheme
  stage.style.colorScheme = scheme && scheme !== "normal" ? scheme : "light dark"
  stage.style.setProperty("--accent", settings.accent)
  stage.style.setProperty("--on-accent", isLight(settings.accent) ? "#16181d" : "#fff")
  stage.toggleAttribute("data-light-accent", isLight(settings.accent))
  const button = document.createElement("button")
  button.type = "button"
  button.className = "launcher"
  const count = document.createElement("span")
  count.className = "count"
  count.id = "count"
  count.hidden = true
  stage.append(button, count)
  root.append(stage)

  let loading: Promise<Panel> | undefined
  let attempts = 0
  const launcher: Launcher = {
    settings,
    origin,
    root,
    stage,
    languages,
    showUnread(unread) {
      if (unread !== host.unread) {
        host.unread = unread
        tell("unread")
      }
      count.hidden = unread === 0
      count.textContent = unread > 99 ? "99+" : String(unread)
      count.ariaLabel = texts.unread(unread)
      if (unread > 0) button.setAttribute("aria-describedby", "count")
      else button.removeAttribute("aria-describedby")
    },
    showOpen(isOpen) {
      button.innerHTML = isOpen ? CLOSE : OPEN
      button.ariaLabel = isOpen ? texts.closeChat : texts.openChat
      button.ariaExpanded = String(isOpen)
      stage.toggleAttribute("data-open", isOpen)
      if (isOpen) hideProactive()
    },
    focus: () => button.focus({ preventScroll: true }),
  }
  launcher.showOpen(false)

  function load(): Promise<Panel> {
    // A module that failed once stays failed under its address, so another attempt needs another one.
    const address = origin + panelPath + (attempts++ ? `?again=${attempts}` : "")
    loading ??= (import(/* @vite-ignore */ address) as Promise<{ start(launcher: Launcher): Panel }>).then(
      (module) => module.start(launcher),
      (problem: unknown) => {
        loading = undefined
        throw problem
      },
    )
    return loading
  }

  button.addEventListener("pointerdown", () => void load().catch(() => {}))
  button.addEventListener("click", () => show())

  /** Neither: the other of what it is. What was never opened needs no code to be closed. */
  function show(isOpen?: boolean): void {
    if (isOpen === false && !loading) return
    button.ariaBusy = "true"
    load()
      .then((panel) => panel.toggle(isOpen))
      .catch(() => (button.title = texts.cannotLoad))
      .finally(() => (button.ariaBusy = null))
  }

  /** Heard at the element and at the document. */
  function tell(what: "ready" | "unread"): void {
    host.dispatchEvent(new CustomEvent(`parley:${what}`, { bubbles: true }))
  }

  let hideProactive = () => {}
  if (hasWritten()) {
    const soon = globalThis.requestIdleCallback ?? setTimeout
    const retry = () => void load().catch(() => setTimeout(retry, 30_000))
    soon(retry)
  } else if (settings.proactive) {
    hideProactive = showProactive({ launcher, texts, load, proactive: settings.proactive })
  }
  // Beside the body, not in it: pages that swap their body on navigation keep the chat.
  document.documentElement.append(host)
  tell("ready")
}

/** Pages and browsers say things like "en_US" or "en-US@posix", at which every formatter throws. */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}

function hasWritten(): boolean {
  try {
    return localStorage.getItem(`parley:${settings.sourceId}`) !== null
  } catch {
    return false
  }
}

/** Whether black reads better than white on `#rrggbb` (relative luminance of WCAG 2). */
function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2
}
