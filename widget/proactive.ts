/** The proactive message: a card above the launcher with faces, a sentence and a field to answer in at once. */
import type { LauncherSettings } from "../protocol/visitor.ts"
import { isOnPage } from "../protocol/website.ts"
import type { Launcher, Panel } from "./launcher.ts"
import { shape } from "./shape.ts"
import type { LauncherWords } from "./launcher-texts.ts"

const SEND = "M5 12h13M13 6l6 6-6 6"
const CROSS = "M7 7l10 10M17 7 7 17"

/** Shows the card after its delay and returns how to take it away. The panel's code is fetched when the field is entered. */
export function showProactive(o: {
  launcher: Launcher
  words: LauncherWords
  proactive: NonNullable<LauncherSettings["proactive"]>
  load: () => Promise<Panel>
}): () => void {
  const { launcher, proactive } = o
  const [, cannotLoad, messageFrom, typeAMessage, sendMessage, hideIt] = o.words
  const { company, sourceId } = launcher.settings
  const from = messageFrom.replace("#", () => company)
  const quiet = `parley:${sourceId}:quiet`
  if (isQuiet(quiet)) return () => {}

  const card = make("div", "card", { role: "region", ariaLabel: from })
  const faces = make("div", "faces", { ariaHidden: "true" })
  for (const face of proactive.faces.slice(0, 2)) {
    const avatar = make("span", "avatar", { textContent: face.initials })
    avatar.style.background = face.color
    if (face.photo) {
      const image = make("img", "", { src: launcher.origin + face.photo, alt: "" })
      image.addEventListener("error", () => image.remove())
      avatar.append(image)
    }
    faces.append(avatar)
  }
  const words = make("p", "words", { textContent: proactive.text, dir: "auto" })
  const form = make("form", "")
  const field = make("input", "field", {
    ariaLabel: typeAMessage,
    placeholder: typeAMessage,
    autocomplete: "off",
    enterKeyHint: "send",
    maxLength: 10_000,
    dir: "auto",
  })
  const send = make("button", "go", { type: "submit", ariaLabel: sendMessage })
  send.append(shape(SEND))
  const dismiss = make("button", "dismiss", { type: "button", ariaLabel: hideIt })
  dismiss.append(shape(CROSS))
  const problem = make("p", "problem", { role: "alert" })
  form.append(field, send)
  card.append(faces, make("b", "", { textContent: company }), words, form, problem, dismiss)

  const hide = () => {
    clearTimeout(timer)
    if (!card.isConnected) return
    card.remove()
    launcher.showUnread(0)
  }
  dismiss.addEventListener("click", () => {
    hide()
    launcher.focus()
    // Asked for by the visitor, and forgotten with the tab: without it the card comes back on every page.
    try {
      sessionStorage.setItem(quiet, "1")
    } catch {
      // A browser that stores nothing shows it again.
    }
  })
  field.addEventListener("focus", () => void o.load().catch(() => {}))
  // Safari sends the Enter that ends a composition after it, with key code 229.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault()
    if (event.key === "Escape") dismiss.click()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    problem.textContent = ""
    // The words stay in the field until the panel takes them; a second Enter meanwhile finds none there.
    o.load().then(
      (panel) => {
        if (field.value.trim()) panel.answerProactive(field.value)
        field.value = ""
      },
      () => (problem.textContent = cannotLoad),
    )
  })

  // A site may go from page to page without loading one.
  const appear = () => {
    if (!isOnPage(location.pathname, proactive.pages)) {
      timer = setTimeout(appear, 1_000)
      return
    }
    launcher.stage.prepend(card)
    launcher.showUnread(1, from)
  }
  let timer = setTimeout(appear, proactive.afterSeconds * 1_000)
  return hide
}

function isQuiet(name: string): boolean {
  try {
    return sessionStorage.getItem(name) !== null
  } catch {
    return false
  }
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  fields: Partial<HTMLElementTagNameMap[K]> = {},
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), { className }, fields)
}
