import { WebSocket as PlainSocket } from "ws"
import { createLocks } from "./locks.ts"

/**
 * What a browser does for a page that asks its own server: cookie and origin go along, for requests and sockets. Each
 * desk has an address of its own here, by which its cookie is found. What comes to it over the wire is overheard. Of
 * events and errors there is as much as a window has.
 */
export type BrowserNetwork = {
  signIn(origin: string, o: { cookie: string; onHeard: (text: string) => void }): void
  remove(): void
}

export function installBrowserNetwork(): BrowserNetwork {
  const desks = new Map<string, { cookie: string; onHeard: (text: string) => void }>()
  const { fetch: ask, WebSocket: before } = globalThis

  const originOf = (address: string): string => new URL(address).origin.replace(/^ws/, "http")

  function headersFor(address: string): Record<string, string> {
    const origin = originOf(address)
    const cookie = desks.get(origin)?.cookie
    return cookie === undefined ? {} : { cookie, origin }
  }

  class PageSocket extends PlainSocket {
    constructor(address: string) {
      super(address, { headers: headersFor(address) })
      // A browser says no more of a failure than that the socket closed.
      this.on("error", () => undefined)
      const desk = desks.get(originOf(address))
      this.on("message", (data: Buffer) => desk?.onHeard(data.toString()))
    }
  }

  async function askAsPage(address: string, request: RequestInit = {}): Promise<Response> {
    const headers = { ...Object.fromEntries(new Headers(request.headers)), ...headersFor(address) }
    const response = await ask(address, { ...request, headers })
    const desk = desks.get(originOf(address))
    // An answer that breaks off is the page's to notice.
    if (desk !== undefined)
      response
        .clone()
        .text()
        .then(desk.onHeard, () => undefined)
    return response
  }

  const events = new EventTarget()
  const window = {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    reportError(error: unknown) {
      throw error
    },
  }
  // Before Node's own, which stay what they are.
  Object.defineProperty(navigator, "locks", { value: createLocks(), configurable: true })
  Object.assign(globalThis, window, { WebSocket: PageSocket, fetch: askAsPage })
  return {
    signIn: (origin, desk) => void desks.set(origin, desk),
    remove() {
      Reflect.deleteProperty(navigator, "locks")
      for (const name of Object.keys(window)) Reflect.deleteProperty(globalThis, name)
      Object.assign(globalThis, { WebSocket: before, fetch: ask })
    },
  }
}
