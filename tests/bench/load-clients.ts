/**
 * Clients that come back by themselves: the widget's and the desk's own connections, with their own pauses, on
 * sockets that can all be cut in one moment.
 */
import { WebSocket } from "ws"
import type { connect as connectDesk } from "../../desk/replica/connection.ts"
import type { connect as connectWidget } from "../../widget/connection.ts"
import type { LoadAgent, LoadCompany, LoadVisitor } from "./load-world.ts"

export type LoadClient = {
  /** Welcomed since the last cut. */
  isBack: boolean
  /** The desk's place in the log; a visitor has none. */
  cursor: number
  /** Ids of the messages that came by the stream. */
  seen: Set<string>
}

const opened = new Set<CutSocket>()
const cookies = new Map<string, string>()
/** How each client is told that its page is left for good. */
const leave: (() => void)[] = []

class CutSocket extends WebSocket {
  constructor(address: string) {
    const { origin } = new URL(address.replace(/^ws/, "http"))
    const cookie = cookies.get(address)
    super(address, { origin, perMessageDeflate: false, headers: cookie === undefined ? {} : { cookie } })
    opened.add(this)
    this.on("close", () => opened.delete(this))
    // A browser says no more of a failure than that the socket closed.
    this.on("error", () => undefined)
  }
}

type Connections = { desk: typeof connectDesk; widget: typeof connectWidget }

/** As much of a browser as the two touch. */
export async function loadConnections(): Promise<Connections> {
  const addEventListener = (kind: string, listener: () => void): void => {
    if (kind === "pagehide") leave.push(listener)
  }
  Object.assign(globalThis, { WebSocket: CutSocket, addEventListener })
  const [desk, widget] = await Promise.all([
    import("../../desk/replica/connection.ts"),
    import("../../widget/connection.ts"),
  ])
  return { desk: desk.connect, widget: widget.connect }
}

/** As when a cable is pulled out and put in again: nobody says goodbye. */
export function cutAll(): void {
  for (const socket of [...opened]) socket.terminate()
}

/** Nobody comes back any more. */
export function leaveAll(): void {
  for (const goes of leave.splice(0)) goes()
}

export function openVisitor(
  { widget }: Connections,
  o: { url: string; company: LoadCompany; visitor: LoadVisitor },
): LoadClient {
  const client: LoadClient = { isBack: false, cursor: 0, seen: new Set() }
  let after: string | undefined
  widget({
    address: `${o.url.replace("http", "ws")}/visitor/v1/${o.company.sourceId}/stream`,
    hello: () => ({ kind: "hello", key: o.visitor.key, ...(after === undefined ? {} : { after }) }),
    onState: (isConnected) => (client.isBack = isConnected),
    onMessage(message) {
      if (message.kind !== "welcome" && message.kind !== "messages") return
      for (const { id, at } of message.messages) {
        client.seen.add(id)
        if (after === undefined || at > after) after = at
      }
    },
  })
  return client
}

export function openDesk(
  { desk }: Connections,
  o: { url: string; company: LoadCompany; agent: LoadAgent },
): LoadClient {
  const client: LoadClient = { isBack: false, cursor: -1, seen: new Set() }
  const { workspaceId } = o.company
  const address = `${o.url.replace("http", "ws")}/api/v1/stream?workspace=${workspaceId}&agent=${o.agent.agentId}`
  cookies.set(address, o.agent.cookie)
  let epoch: string | undefined
  const connection = desk({
    url: address,
    hello: () => (client.cursor < 0 ? {} : { epoch, cursor: client.cursor }),
    onState: () => (client.isBack = false),
    onRefused: () => undefined,
    onOutdated: () => undefined,
    onMessage(message) {
      if (message.kind === "welcome") {
        epoch = message.epoch
        client.isBack = client.cursor >= 0
      } else if (message.kind === "snapshot" && message.isLast) {
        client.cursor = message.asOf
        client.isBack = true
      } else if (message.kind === "frame") {
        if (message.after !== client.cursor) return connection.helloAgain()
        client.cursor = message.upTo
        for (const row of message.rows) client.seen.add(row.id)
      }
    },
  })
  leave.push(() => connection.close())
  return client
}
