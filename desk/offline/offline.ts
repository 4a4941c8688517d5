/**
 * Lets the desk open at once and without network, and takes care that nobody stays on an old version for that.
 * Where the browser has no service workers, as over plain http in an office, everything comes from the server each time.
 */

/** Milliseconds: keeping everything must not compete with showing the first screen. */
const LATER = 2_000

export function keepOffline(): void {
  if (!("serviceWorker" in navigator)) return
  setTimeout(() => {
    // Refused, as in a private window: the desk works all the same, only not without network.
    navigator.serviceWorker.register("/worker.js").catch(() => undefined)
  }, LATER)
}

const RELOADED = "parley-reloaded-at"
/** Milliseconds: a build that is still too old after a reload is not helped by another one. */
const RELOAD_PAUSE = 60_000

/** This page is too old for the server. It is loaded anew, but never in a circle; what was written is on disk. */
export async function loadNewest(): Promise<void> {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0)
  if (Date.now() - last < RELOAD_PAUSE) return
  sessionStorage.setItem(RELOADED, String(Date.now()))
  await renewWorker()
  location.reload()
}

/** The page comes from the worker, which has to have the newest first; one that cannot get it must not stand in the way. */
async function renewWorker(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration()
  if (registration === undefined) return
  try {
    await registration.update()
    const fresh = registration.installing ?? registration.waiting
    if (fresh && !(await isTaken(fresh))) await registration.unregister()
  } catch {
    // Its script could not be fetched, though the server was there a moment ago.
    await registration.unregister()
  }
}

/** Whether the new worker is at work, or was dropped because it could not keep its version whole. */
function isTaken(worker: ServiceWorker): Promise<boolean> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state === "activated") resolve(true)
      else if (worker.state === "redundant") resolve(false)
    }
    worker.addEventListener("statechange", look)
    look()
  })
}

/** Milliseconds between two tries for a part that cannot be had. */
const PAUSE = 2_000

/**
 * Loads a part of the desk. While there is no network it tries again and again: what is shown in its place stays,
 * and so does the rest of the page. If the server is there and the part is not, it has another version by now (or the
 * browser does not ask twice for what it missed once), and the page is loaded anew.
 */
export async function insist<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load()
    } catch {
      const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => undefined)
      if (answer?.ok) await loadNewest()
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
  }
}
