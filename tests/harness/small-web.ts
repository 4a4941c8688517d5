/** A web of a few hosts on this machine, with names of its own: what a page says, and who was asked for what. */
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { theWeb, type Web } from "../../server/previews/previews.ts"

/** Stands for the public internet; everything else of this machine stays inside. */
const OUTSIDE = "127.0.0.2"

type Page = (request: IncomingMessage, response: ServerResponse) => void

export type SmallWeb = Awaited<ReturnType<typeof openSmallWeb>>

export async function openSmallWeb() {
  const pages = new Map<string, Page>()
  /** Hosts and paths in the order they were asked for. */
  const asked: string[] = []
  /** What a name leads to at each look-up in turn, the last one from then on. */
  const names = new Map<string, string[]>()
  const lookedUp: string[] = []
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const place = `${request.headers.host?.split(":")[0] ?? ""}${request.url ?? ""}`
    asked.push(place)
    const page = pages.get(place)
    if (page === undefined) response.writeHead(404).end()
    else page(request, response)
  }
  const outside = createServer(answer).listen(0, OUTSIDE)
  await once(outside, "listening")
  const { port } = outside.address() as AddressInfo
  // The same port of the inside: whoever gets there has got past the guard.
  const inside = createServer((request, response) => {
    asked.push(`INSIDE ${request.url ?? ""}`)
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Secrets of the inside</title>")
  }).listen(port, "127.0.0.1")
  await once(inside, "listening")
  const web: Web = {
    ports: new Set([String(port)]),
    mayConnectTo: (ip) => ip === OUTSIDE || theWeb.mayConnectTo(ip),
    async find(host) {
      lookedUp.push(host)
      const turns = names.get(host) ?? [OUTSIDE]
      const address = turns.length > 1 ? turns.shift() : turns[0]
      return [{ address: address ?? OUTSIDE, family: address?.includes(":") ? 6 : 4 }]
    },
  }
  return {
    web,
    port,
    asked,
    names,
    lookedUp,
    at: (place: string) => `http://${place.replace(/^[^/]+/, (host) => `${host}:${port}`)}`,
    /** What is answered there; a text is a page. */
    put(place: string, page: string | Page): void {
      const sent: Page = (_request, response) =>
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page)
      pages.set(place, typeof page === "string" ? sent : page)
    },
    async close() {
      for (const server of [outside, inside]) {
        server.closeAllConnections()
        server.close()
        await once(server, "close")
      }
    },
  }
}
