/**
 * The launcher, its unread count and the proactive message, in an open shadow root at the end of the document. Nothing
 * here may throw into the page, take its focus or leave a global.
 */
import css from "./launcher.css?inline"
import { findLanguage, isRightToLeft } from "../protocol/languages.ts"
import type { LauncherSettings } from "../protocol/visitor.ts"
import type { Launcher, Panel, Proof } from "./launcher.ts"
import { showProactive } from "./proactive.ts"
import { shape } from "./shape.ts"
import { launcherWords } from "./launcher-texts.ts"

/** The element on the page, which is all that the page's own scripts need: docs/widget.md. */
type Chat = HTMLElement & {
  open(): void
  close(): void
  identify(proof: Proof): Promise<string>
  reset(): void
  unread: number
}

const OPEN = "M4 5h16v11H9l-4 4v-4H4z"
const CLOSE = "M6 6l12 12M18 6 6 18"

/** `panel` fetches the panel's code, at the given attempt. `language` is what the website says of the chat. */
export function launch(o: {
  settings: LauncherSettings
  origin: string
  language: string | undefined
  panel: (attempt: number) => Promise<{ start(launcher: Launcher): Promise<Panel> }>
}): Chat {
  const { settings, origin } = o
  // What the page says of the chat, or else of itself, comes before what the browser asks for.
  const asked = [o.language ?? "", document.documentElement.lang, ...navigator.languages]
  const languages = asked.filter(isLanguage)
  const language = findLanguage(languages) ?? "en"
  const words = launcherWords[language]
  const [openChat, cannotLoad] = words
  const page = getComputedStyle(document.body)

  const host: Chat = Object.assign(document.createElement("parley-chat"), {
    open: () => show(true),
    close: () => show(false),
    identify: (proof: Proof) =>
      load().then(
        (panel) => panel.identify(proof),
        () => "later",
      ),
    // At once: the page may be on its way to another.
    reset() {
      loading?.then(
        (panel) => panel.reset(),
        () => {},
      )
      forgetAll(settings)
    },
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
  stage.dir = isRightToLeft(language) ? "rtl" : page.direction
  stage.dataset.side = settings.side
  stage.lang = language
  // A page that has decided between light and dark is followed unless the company has; any other leaves it to the system.
  const scheme = getComputedStyle(document.documentElement).colorScheme
  const ofPage = scheme && scheme !== "normal" ? scheme : "light dark"
  stage.style.colorScheme = settings.theme === "page" ? ofPage : settings.theme
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
    language,
    showUnread(unread, label = "") {
      if (unread !== host.unread) {
        host.unread = unread
        tell("unread")
      }
      count.hidden = unread === 0
      count.textContent = unread > 99 ? "99+" : String(unread)
      count.ariaLabel = label
      if (unread > 0) button.setAttribute("aria-describedby", "count")
      else button.removeAttribute("aria-describedby")
    },
    showOpen(closeWords) {
      const isOpen = closeWords !== undefined
      button.replaceChildren(shape(isOpen ? CLOSE : OPEN))
      button.ariaLabel = closeWords ?? openChat
      button.ariaExpanded = String(isOpen)
      stage.toggleAttribute("data-open", isOpen)
      if (isOpen) hideProactive()
    },
    focus: () => button.focus({ preventScroll: true }),
  }
  launcher.showOpen()

  function load(): Promise<Panel> {
    loading ??= o.panel(attempts++).then(
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
      .catch(() => (button.title = cannotLoad))
      .finally(() => (button.ariaBusy = null))
  }

  /** Heard at the element and at the document. */
  function tell(what: "ready" | "unread"): void {
    host.dispatchEvent(new CustomEvent(`parley:${what}`, { bubbles: true }))
  }

  let hideProactive = () => {}
  if (hasWritten(settings)) {
    const soon = globalThis.requestIdleCallback ?? setTimeout
    const retry = () => void load().catch(() => setTimeout(retry, 30_000))
    soon(retry)
  } else if (settings.proactive) {
    hideProactive = showProactive({ launcher, words, load, proactive: settings.proactive })
  }
  // Beside the body, not in it: pages that swap their body on navigation keep the chat.
  document.documentElement.append(host)
  tell("ready")
  return host
}

/** Pages and browsers say things like "en_US" or "en-US@posix", at which every formatter throws. */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}

function hasWritten({ sourceId }: LauncherSettings): boolean {
  try {
    return localStorage.getItem(`parley:${sourceId}`) !== null
  } catch {
    return false
  }
}

function forgetAll({ sourceId }: LauncherSettings): void {
  try {
    for (const name of Object.keys(localStorage))
      if (name.startsWith(`parley:${sourceId}`)) localStorage.removeItem(name)
  } catch {
    // Where nothing can be stored nothing is.
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
