import { Outlet, useRouterState } from "@tanstack/react-router"
import { lazy, Suspense, useEffect, useState } from "react"
import { insist } from "../offline/offline.ts"
import { t, withTexts } from "../texts/texts.ts"
import { Toasts, useLanguage } from "../ui/ui.ts"
import { Desk } from "./desk.tsx"
import { askSession, useSession } from "./session.ts"
import style from "./root.module.css"

const account = () => insist(() => withTexts("signIn", withTexts("account", import("./account/account.ts"))))
const FirstStart = lazy(() => account().then((pages) => ({ default: pages.FirstStart })))
const NeedsTwoFactors = lazy(() => account().then((pages) => ({ default: pages.NeedsTwoFactors })))
const SignIn = lazy(() => account().then((pages) => ({ default: pages.SignIn })))

/** Pages that speak for themselves whoever is signed in. */
const OPEN_TO_ALL = /^\/(invitation|reset-password|forgot-password|confirm-email)(\/|$)/

export function Root() {
  useLanguage()
  const path = useRouterState({ select: (state) => state.location.pathname })
  return (
    <>
      <Suspense fallback={null}>{OPEN_TO_ALL.test(path) ? <Outlet /> : <Gate />}</Suspense>
      <Toasts closeLabel={t("dismiss")} />
    </>
  )
}

function Gate() {
  const { answer, place, isUnreachable } = useSession()
  if (place)
    return (
      <Desk>
        <Outlet />
      </Desk>
    )
  if (!answer) return isUnreachable ? <Unreachable /> : null
  if (answer.workspaces.some((workspace) => workspace.needsTwoFactors))
    return <NeedsTwoFactors session={answer} />
  if (answer.needsFirstWorkspace || answer.user) return <FirstStart session={answer} />
  return <SignIn session={answer} />
}

/** Nothing on disk and no server: says so and tries again by itself. */
function Unreachable() {
  const [shows, setShows] = useState(false)
  useEffect(() => {
    const soon = setTimeout(() => setShows(true), 300)
    const again = setInterval(() => void askSession(), 3_000)
    return () => {
      clearTimeout(soon)
      clearInterval(again)
    }
  }, [])
  return shows ? (
    <main className={style["unreachable"]}>
      <h1>{t("unreachable.title")}</h1>
      <p>{t("unreachable.what")}</p>
    </main>
  ) : null
}
