import { once } from "node:events"
import net from "node:net"

export type LoadAnswer = { status: number; body: string }

/** One connection that is kept alive, one request at a time. Does as little as it can: it shares the machine with who is measured. */
export type LoadLine = {
  post(path: string, headers: string, body: string): Promise<LoadAnswer>
  close(): void
}

export async function openLine(url: string): Promise<LoadLine> {
  const { hostname, port, host } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  await once(socket, "connect")
  socket.setNoDelay(true)
  socket.setEncoding("latin1")
  let heard = ""
  let waiting: PromiseWithResolvers<LoadAnswer> | undefined

  socket.on("data", (text: string) => {
    heard += text
    const end = heard.indexOf("\r\n\r\n")
    if (end < 0 || waiting === undefined) return
    const length = Number(/content-length: (\d+)/i.exec(heard.slice(0, end))?.[1] ?? 0)
    if (heard.length < end + 4 + length) return
    const answer = { status: Number(heard.slice(9, 12)), body: heard.slice(end + 4, end + 4 + length) }
    heard = ""
    const { resolve } = waiting
    waiting = undefined
    resolve(answer)
  })
  socket.on("error", () => undefined)
  socket.on("close", () => waiting?.reject(new Error("The server closed a connection under load.")))

  return {
    post(path, headers, body) {
      waiting = Promise.withResolvers()
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
      return waiting.promise
    },
    close: () => void socket.destroy(),
  }
}

export const AS_VISITOR = "content-type: text/plain\r\norigin: https://shop.example\r\n"

export function asAgent(url: string, o: { cookie: string; workspaceId: string }): string {
  return `content-type: application/json\r\norigin: ${url}\r\ncookie: ${o.cookie}\r\nparley-workspace: ${o.workspaceId}\r\n`
}
