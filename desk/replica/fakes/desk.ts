import { expect, vi } from "vitest"
import type { ToDesk } from "../../../protocol/stream.ts"
import { openReplica, type Replica } from "../open.ts"
import { createFakeDisk } from "./disk.ts"
import { conversation, ME, snapshotOf, WORKSPACE } from "./rows.ts"
import { startFakeServer } from "./server.ts"

export const soon = <T>(look: () => T) => vi.waitFor(look, { timeout: 5_000, interval: 10 })

export const frame = (
  after: number,
  upTo: number,
  rows: Extract<ToDesk, { kind: "frame" }>["rows"],
  removed: Extract<ToDesk, { kind: "frame" }>["removed"] = [],
): ToDesk => ({ kind: "frame", after, upTo, asOf: upTo, rows, removed })

/** One agent's tabs on one machine, before a server that knows two conversations. */
export async function startFakeDesk() {
  const server = await startFakeServer()
  const disk = createFakeDisk()
  let tabs: Replica[] = []
  server.script.hello = (say, hello) => {
    if (hello.cursor === undefined) say(snapshotOf(10, [conversation(1), conversation(2)]))
  }

  function openTab(open = disk.open): Replica {
    const tab = openReplica({
      workspaceId: WORKSPACE,
      agentId: ME,
      base: server.base,
      openDisk: open,
      onSignedOut: vi.fn(),
      onOutdated: vi.fn(),
    })
    tabs.push(tab)
    return tab
  }
  return {
    server,
    disk,
    openTab,
    async closeTab(tab: Replica): Promise<void> {
      tabs = tabs.filter((one) => one !== tab)
      await tab.close({ erase: false })
    },
    async onlineTab(): Promise<Replica> {
      const tab = openTab()
      await soon(() => expect(tab.memory).toMatchObject({ connection: "online", isComplete: true }))
      return tab
    },
    async stop(): Promise<void> {
      for (const tab of tabs) await tab.close({ erase: false })
      await server.stop()
    },
  }
}
