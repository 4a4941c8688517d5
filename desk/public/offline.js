/**
 * Lets the desk open without network: keeps its page and its files, and nothing that anybody wrote. The network
 * comes first for the page, so that a new version is never hidden by an old one; files have their content's hash
 * in their names and come from here.
 */
const KEPT = "parley-desk"
const PAGE = "/index.html"
/** How long the network may take for the page before the kept one is shown, in milliseconds. */
const PATIENCE = 2_000
const NOT_THE_DESK = /^\/(api|visitor|w|widget|webhooks|try|healthz)(\/|$)/

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim().then(keepAll)))

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== location.origin || NOT_THE_DESK.test(url.pathname)) return
  if (request.mode === "navigate") event.respondWith(openPage(event))
  else if (url.pathname.startsWith("/assets/")) event.respondWith(takeFile(request))
})

async function openPage(event) {
  const kept = await (await caches.open(KEPT)).match(PAGE)
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok) event.waitUntil(keepPage(answer.clone()))
    return answer
  })
  if (!kept) return fresh
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept))
  return Promise.race([fresh.catch(() => kept), late])
}

async function keepPage(answer) {
  const cache = await caches.open(KEPT)
  const before = await cache.match(PAGE)
  await cache.put(PAGE, answer.clone())
  if ((await before?.text()) !== (await answer.text())) await keepAll()
}

async function takeFile(request) {
  const cache = await caches.open(KEPT)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}

/** Every file of the present version, those of others dropped: also what no screen has needed yet works offline. */
async function keepAll() {
  const cache = await caches.open(KEPT)
  const manifest = await (await fetch("/manifest.json")).json()
  const files = new Set(
    Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? [])].map((file) => `/${file}`)),
  )
  const kept = (await cache.keys()).map((request) => new URL(request.url).pathname)
  await cache.addAll([PAGE, ...[...files].filter((file) => !kept.includes(file))])
  await Promise.all(
    kept.filter((path) => path.startsWith("/assets/") && !files.has(path)).map((path) => cache.delete(path)),
  )
}
