import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { backUp, restore } from "../../server/backup/backup.ts"
import { readConfig } from "../../server/config/config.ts"
import { countsFor } from "../../server/conversations/conversations.ts"
import { newId, openDatabase, snapshot, type Db } from "../../server/db/db.ts"
import { findReader } from "../../server/team/team.ts"
import { quietLog } from "../harness/log.ts"
import { askTables } from "./ask-tables.ts"
import { check, isAbout, type Entry, type Outcome } from "./check.ts"
import type { Field, Nemesis } from "./nemesis.ts"
import { readTruth } from "./tables.ts"

type Truth = Awaited<ReturnType<typeof readTruth>>

/**
 * A backup is made while everybody writes and restored beside: all that was accepted before it began is there once
 * and in order, nothing was made up, and badges are what the tables say.
 */
async function backUpAndRestore({ installation, lasts, say }: Field): Promise<void> {
  const url = installation.databaseUrl()
  const name = `restored_${newId().replaceAll("-", "")}`
  const restoredUrl = Object.assign(new URL(url), { pathname: `/${name}` }).href
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-backup-"))
  const configOf = (databaseUrl: string, data: string) =>
    readConfig({ DATABASE_URL: databaseUrl, PARLEY_DATA: path.join(folder, data) })
  try {
    await lasts(3_000, 1_000)
    const before = await lookInto(url)
    const file = path.join(folder, "backup.tar.gz")
    const { rows, bytes } = await backUp({ config: configOf(url, "original"), log: quietLog, file })
    await askTables(url, `create database ${name}`)
    await restore({ config: configOf(restoredUrl, "restored"), log: quietLog, file })
    const problems = [
      ...compare({ before, restored: await lookInto(restoredUrl), after: await lookInto(url) }),
      ...(await compareBadges(restoredUrl)),
    ]
    if (problems.length > 0) throw new Error(problems.join("\n"))
    say(`backup: ${rows} rows in ${bytes} bytes`)
  } finally {
    await askTables(url, `drop database if exists ${name} with (force)`)
    await rm(folder, { recursive: true, force: true })
  }
}

async function withDb<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const database = await openDatabase({ config: readConfig({ DATABASE_URL: url }), log: quietLog })
  try {
    return await work(database.db)
  } finally {
    await database.close()
  }
}

/** Of every workspace. */
async function lookInto(url: string): Promise<Map<string, Truth>> {
  const workspaces = await askTables<{ id: string }>(url, "select id from workspaces")
  return withDb(
    url,
    async (db) =>
      new Map(await Promise.all(workspaces.map(async ({ id }) => [id, await readTruth(db, id)] as const))),
  )
}

/** What the checker says of the restored tables, when what counts as accepted is what was there before. */
export function compare(o: Record<"before" | "restored" | "after", Map<string, Truth>>): string[] {
  return [...o.after].flatMap(([workspaceId, after]) => {
    const before = o.before.get(workspaceId)?.entries ?? []
    const restored = o.restored.get(workspaceId)
    if (restored === undefined) return before.length === 0 ? [] : [`Lost: the workspace ${workspaceId}.`]
    const later = new Map(after.entries.map((entry) => [entry.id, entry]))
    const held = new Set(restored.entries.map(({ id }) => id))
    const early = new Set(before.map(({ id }) => id))
    const written = after.entries.filter(({ id }) => held.has(id) || early.has(id))
    const outcome: Outcome = {
      ...{
        word: "",
        words: [],
        refused: [],
        claims: [],
        heard: [],
        seen: [],
        customers: [],
        agents: [],
        phones: [],
      },
      // Files are seen to by a backup's own tests; here it is made without any.
      fetched: restored.entries.flatMap(({ files }) => files.map((name) => ({ name, isWhole: true }))),
      typed: written.toSorted(byTime).flatMap(({ type, text, conversationId, files }) => {
        return type === "event" ? [] : [{ author: conversationId, text, isNote: type === "note", files }]
      }),
      areClocksWrong: false,
      accepted: before
        .filter(({ id, type }) => type !== "event" || later.has(id))
        .map(({ id, at }) => ({ author: workspaceId, id, at })),
      ...restored,
    }
    const strange = restored.entries.filter((entry) => !isLike(entry, later.get(entry.id)))
    return [...check(outcome), ...strange.map(({ id }) => `Made up: ${id} was never like that.`)]
  })
}

/** Labels come and go. Merges move what was written, by a moment or into another conversation, and undone make events anew. */
function isLike(entry: Entry, later: Entry | undefined): boolean {
  if (later === undefined) return entry.type === "event"
  const contentOf = ({ type, text, addressId, files }: Entry) =>
    JSON.stringify([type, text, addressId, files])
  return contentOf(entry) === contentOf(later) && isAbout(entry.at, later.at)
}

function byTime(one: Entry, other: Entry): number {
  return one.at < other.at ? -1 : 1
}

async function compareBadges(url: string): Promise<string[]> {
  const problems: string[] = []
  for (const [workspaceId, { badges }] of await lookInto(url))
    for (const [agentId, badge] of badges) {
      const counts = await withDb(url, (db) =>
        snapshot(db, async (tx) => {
          const reader = await findReader(tx, workspaceId, agentId)
          return reader && countsFor(tx, reader)
        }),
      )
      if (counts !== undefined && counts.badge !== badge)
        problems.push(`Miscounted: ${agentId} is shown ${counts.badge} and it is ${badge}.`)
    }
  return problems
}

export const backupNemeses: Nemesis[] = [
  {
    name: "backup",
    what: "a backup is made while everybody writes, and restored beside",
    on: "one",
    strike: backUpAndRestore,
  },
]
