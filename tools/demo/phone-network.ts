import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/**
 * Stands in for the SMS provider while the demo runs: takes every message and has none to give. A demo must not
 * reach anybody's phone.
 */
export async function startPhoneNetwork(): Promise<{ apiBase: string; stop(): void }> {
  let taken = 0
  const server = createServer((request, response) => {
    request.resume()
    request.on("end", () => {
      response.setHeader("content-type", "application/json")
      if (request.method !== "POST")
        return void response.end(JSON.stringify({ messages: [], next_page_uri: null }))
      taken += 1
      const sid = `SM${Date.now().toString(16).padStart(16, "0")}${taken.toString(16).padStart(16, "0")}`
      response.writeHead(201).end(JSON.stringify({ sid, status: "queued" }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo
  return { apiBase: `http://127.0.0.1:${port}`, stop: () => server.close() }
}
