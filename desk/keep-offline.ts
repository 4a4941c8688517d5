/** Long after the first screen is there: keeping everything must not compete with showing anything. */
const LATER = 5_000

/** Lets the desk open without network from now on; where the browser withholds that, as over plain http, it does without. */
export function keepOffline() {
  // A new version has replaced the files this page was made of. What was written is on disk.
  addEventListener("vite:preloadError", () => location.reload())
  if (!("serviceWorker" in navigator)) return
  setTimeout(() => {
    // Refused, as in a private window: the desk works all the same, only not without network.
    navigator.serviceWorker.register("/offline.js").catch(() => undefined)
  }, LATER)
}
