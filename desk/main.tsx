import "./no-eval.ts"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { router, startSession } from "./frame/frame.ts"
import { keepOffline } from "./offline/offline.ts"
import "./ui/tokens.css"
import "./ui/page.css"

startSession()
keepOffline()
const place = document.getElementById("desk")
if (!place) throw new Error("The page has no element for the desk.")
createRoot(place).render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
)
