/**
 * The page behind the link in a mail. It opens the chat when asked to, never by itself: programs look at the links of a
 * mail, too, and the first that opens one has it. What the link holds leaves the address bar at once.
 */
import { newKey } from "./secret.ts"
import { askServer } from "./server.ts"
import { openStorage, writeJson } from "./storage.ts"
import { findLanguage, isRightToLeft } from "../protocol/languages.ts"
import { reopenTexts } from "./reopen-texts.ts"

const sourceId = location.pathname.split("/").at(-1) ?? ""
const server = `${location.origin}/visitor/v1/${sourceId}`
const storage = openStorage(sourceId)
const language = findLanguage(navigator.languages) ?? "en"
const texts = reopenTexts[language]
const link = location.hash.slice(1)
const main = document.querySelector("main") ?? document.body
// Where the answer was lost the same browser asks again with the same key.
const key = `j${newKey()}`

document.documentElement.lang = language
document.documentElement.dir = isRightToLeft(language) ? "rtl" : "ltr"
document.title = texts.title
history.replaceState(null, "", location.pathname)
if (link) show(texts.what, { label: texts.open, onClick: reopen })
else if (storage.get("")) begin()
else show(texts.over)

async function reopen(): Promise<void> {
  const answer = await askServer(`${server}/reopen`, { link, key })
  if (answer.kind === "later") return show(texts.trouble, { label: texts.open, onClick: reopen })
  if (answer.kind === "refused") return show(texts.over, { label: texts.again, onClick: renew })
  // Another chat that was open here ends, with all that it kept: it may be somebody else's.
  for (const name of storage.names("")) storage.remove(name)
  storage.set("", writeJson({ key, isKnown: true }))
  begin()
}

async function renew(): Promise<void> {
  const answer = await askServer(`${server}/link`, { link })
  if (answer.kind === "later") return show(texts.trouble, { label: texts.again, onClick: renew })
  show(answer.kind === "done" ? texts.sent : texts.notSent)
}

function begin(): void {
  show(texts.what)
  document.addEventListener("parley:ready", ({ target }) => {
    if (target instanceof HTMLElement && "open" in target && typeof target.open === "function") target.open()
  })
  const script = document.createElement("script")
  script.src = `/w/${sourceId}.js`
  document.head.append(script)
}

function show(words: string, act?: { label: string; onClick: () => Promise<void> }): void {
  const heading = document.createElement("h1")
  heading.textContent = texts.title
  const text = document.createElement("p")
  text.role = "status"
  text.textContent = words
  main.replaceChildren(heading, text)
  if (!act) return
  const button = document.createElement("button")
  button.textContent = act.label
  button.addEventListener("click", () => {
    button.disabled = true
    void act.onClick()
  })
  main.append(button)
}
