import "./no-eval.ts"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { router, startSession } from "./frame/frame.ts"
import { insist, keepOffline } from "./offline/offline.ts"
import { firstLanguage, speak } from "./texts/texts.ts"
import "./ui/tokens.css"
import "./ui/page.css"

startSession()
keepOffline()
const place = document.getElementById("desk")
if (!place) throw new Error("The page has no element for the desk.")
const root = createRoot(place)
const show = () =>
  root.render(
    <StrictMode>
      <RouterProvider router={router} />
    </StrictMode>,
  )
// English words are there already; others come while the disk is read and the server asked.
const language = firstLanguage()
if (language === "en") show()
else void insist(() => speak(language)).then(show)
