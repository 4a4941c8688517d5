import { WebSocket as PlainSocket } from "ws"
import { vi } from "vitest"

/**
 * What a browser does for a page that asks its own server: cookie and origin go along, for requests and sockets. Each
 * desk has an address of its own here, by which its cookie is found.
 */
export type BrowserNetwork = { signIn(origin: string, cookie: string): void; remove(): void }

export function installBrowserNetwork(): BrowserNetwork {
  const cookies = new Map<string, string>()
  const ask = globalThis.fetch

  function headersFor(address: string): Record<string, string> {
    const origin = new URL(address).origin.replace(/^ws/, "http")
    const cookie = cookies.get(origin)
    return cookie === undefined ? {} : { cookie, origin }
  }

  class PageSocket extends PlainSocket {
    constructor(address: string) {
      super(address, { headers: headersFor(address) })
      // A browser says no more of a failure than that the socket closed.
      this.on("error", () => undefined)
    }
  }

  vi.stubGlobal("WebSocket", PageSocket)
  vi.stubGlobal("fetch", (address: string, request: RequestInit = {}) =>
    ask(address, {
      ...request,
      headers: { ...Object.fromEntries(new Headers(request.headers)), ...headersFor(address) },
    }),
  )
  return {
    signIn: (origin, cookie) => void cookies.set(origin, cookie),
    remove: () => void vi.unstubAllGlobals(),
  }
}
