/**
 * The desk's service worker: from the second visit on the desk opens at once, with or without network. It keeps
 * the page and every file of one version, and nothing that anybody wrote: answers of the server are not its business.
 *
 * A version is kept whole or not at all. The browser looks for a new one with each visit; that one is fetched in
 * the background, and from when it is whole the next visit gets it. No page is ever made of two versions: names of
 * files have their content's hash in them, and the version before stays for windows that still show it.
 */
import { obey, openClicked, type Message } from "./tell.ts"

declare const self: ServiceWorkerGlobalScope
/** Put in front by the build: a name for all of it, and the paths of all files but the page. */
declare const BUILD: { version: string; files: readonly string[] }

const KEPT = "parley-desk-"
const OWN = KEPT + BUILD.version
const PAGE = "/index.html"

/** Only what an agent opens day by day: all else that the server has or will have is asked of the server. */
const OPENED = /^\/((inbox|conversations|settings)(\/.*)?)?$/

self.addEventListener("install", (event) => event.waitUntil(keepVersion()))
self.addEventListener("activate", (event) => event.waitUntil(takeOver()))
self.addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate") {
    if (OPENED.test(pathname)) event.respondWith(openPage(request))
  } else if (pathname.startsWith("/assets/") || BUILD.files.includes(pathname)) {
    event.respondWith(takeFile(request))
  }
})

self.addEventListener("push", (event) => {
  // Of the server, through a push service that could not read it.
  if (event.data) event.waitUntil(obey(event.data.json() as Message))
})
self.addEventListener("message", (event) => event.waitUntil(obey(event.data as Message)))
self.addEventListener("notificationclick", (event) => event.waitUntil(openClicked(event.notification)))

/** If anything cannot be had, this worker is dropped by the browser, the one before goes on, and the next visit tries again. */
async function keepVersion(): Promise<void> {
  const cache = await caches.open(OWN)
  const page = await fetch(PAGE, { cache: "no-cache" })
  const named = (await page.clone().text()).match(/\/assets\/[\w.-]+/g) ?? []
  if (!page.ok || named.length === 0 || !named.every((file) => BUILD.files.includes(file)))
    throw new Error("The page is not of this version: the server was upgraded in between.")
  await cache.addAll(BUILD.files)
  // Last: a version with a page is whole.
  await cache.put(PAGE, page)
  await self.skipWaiting()
}

async function takeOver(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(KEPT) && name !== OWN)
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
  await self.clients.claim()
}

/** The browser may have thrown away what was kept; then it is as if there were no worker. */
async function openPage(request: Request): Promise<Response> {
  const cache = await caches.open(OWN)
  return (await cache.match(PAGE, { ignoreVary: true })) ?? fetch(request)
}

/** Of whichever version asks. */
async function takeFile(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request)
}
