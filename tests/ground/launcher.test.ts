import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { chmod, chown, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { createInterface } from "node:readline"
import { afterEach, beforeEach, expect, test, vi } from "vitest"

// Each test starts PostgreSQL several times, from nothing.
vi.setConfig({ testTimeout: 90_000 })

const program = path.join(import.meta.dirname, "open-database.ts")
const isRoot = process.getuid?.() === 0
let folder = ""
const processes: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "parley-launcher-"))
})

afterEach(async () => {
  for (const one of processes.splice(0)) if (one.exitCode === null) one.kill("SIGKILL")
  const left = postmaster()
  if (left !== undefined && isAlive(left)) process.kill(left, "SIGQUIT")
  await expect.poll(() => left === undefined || !isAlive(left), { timeout: 30_000 }).toBe(true)
  await rm(folder, { recursive: true, force: true })
})

type Opened = { process: ChildProcess; lines: string[]; ended: Promise<number | null> }

function open(what: "once" | "stay" | "write", user: { uid?: number; gid?: number } = {}): Opened {
  const child = spawn(process.execPath, [program, folder, what], {
    stdio: ["ignore", "pipe", "inherit"],
    ...user,
  })
  processes.push(child)
  const lines: string[] = []
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line))
  // "close" comes after the last line, "exit" may come before it.
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  return { process: child, lines, ended }
}

/** The process number of PostgreSQL in the folder. */
function postmaster(): number | undefined {
  const note = path.join(folder, "postgres/postmaster.pid")
  return existsSync(note) ? Number(readFileSync(note, "utf8").split("\n")[0]) : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const begins = (opened: Opened, word: string) =>
  expect.poll(() => opened.lines.some((line) => line.startsWith(word)), { timeout: 60_000 }).toBe(true)

test("the first start makes the database, the next one finds it; nothing runs or lies about in between", async () => {
  const first = open("once")
  expect(await first.ended).toBe(0)
  expect(first.lines.at(-1)).toBe("closed")
  expect(postmaster()).toBeUndefined()
  expect((await readdir(folder)).toSorted()).toEqual(["postgres", "postgres-password", "postgres.log"])
  const second = open("once")
  expect(await second.ended).toBe(0)
  expect(second.lines).toEqual(first.lines)
})

test("a second Parley on the same folder is refused, and the first one goes on", async () => {
  const first = open("stay")
  await begins(first, "open")
  const second = open("once")
  expect(await second.ended).toBe(1)
  expect(second.lines).toEqual([
    expect.stringMatching(`^refused Another Parley \\(process ${first.process.pid}\\)`),
  ])
  first.process.kill("SIGTERM")
  expect(await first.ended).toBe(0)
  expect(first.lines.at(-1)).toBe("closed")
})

test("after kill -9 the next start stops what was left over, and every acknowledged row is there", async () => {
  let most = 0
  for (let round = 0; round < 2; round++) {
    const writer = open("write")
    await expect.poll(() => writer.lines.length, { timeout: 60_000 }).toBeGreaterThan(100)
    writer.process.kill("SIGKILL")
    await writer.ended
    most = Number(writer.lines.at(-1)?.split(" ")[1])
    const left = postmaster()
    expect(left !== undefined && isAlive(left)).toBe(true)
    const next = open("once")
    expect(await next.ended).toBe(0)
    expect(Number(next.lines[0]?.split(" ")[2])).toBeGreaterThanOrEqual(most)
    expect(left !== undefined && isAlive(left)).toBe(false)
  }
})

test("a PostgreSQL that is killed is started again", async () => {
  const writer = open("stay")
  await begins(writer, "open")
  const killed = postmaster()
  if (killed === undefined) throw new Error("PostgreSQL does not run")
  process.kill(killed, "SIGKILL")
  await expect
    .poll(
      () => {
        const now = postmaster()
        return now !== undefined && now !== killed && isAlive(now)
      },
      { timeout: 60_000 },
    )
    .toBe(true)
  await expect
    .poll(() => readFileSync(path.join(folder, "postgres/postmaster.pid"), "utf8"), { timeout: 60_000 })
    .toContain("ready")
  writer.process.kill("SIGTERM")
  expect(await writer.ended).toBe(0)
})

test("a folder that cannot be used is named with the reason", async () => {
  await rm(folder, { recursive: true })
  await writeFile(folder, "a file")
  const refused = open("once")
  expect(await refused.ended).toBe(1)
  expect(refused.lines).toEqual([
    expect.stringMatching(/cannot be used: it is not a folder\. Set PARLEY_DATA/),
  ])
})

test("an unfinished first start is begun anew", async () => {
  const broken = open("once")
  await expect
    .poll(() => existsSync(path.join(folder, "postgres.unfinished")), { interval: 5, timeout: 60_000 })
    .toBe(true)
  broken.process.kill("SIGKILL")
  await broken.ended
  expect(existsSync(path.join(folder, "postgres"))).toBe(false)
  const next = open("once")
  expect(await next.ended).toBe(0)
  expect((await readdir(folder)).filter((name) => name.includes("unfinished"))).toEqual([])
})

// Only root can be several users, and only where those can read the project is there something to run as them.
if (isRoot && isReadableToAll())
  test("an ordinary user's data stays his, also when root starts it once, and no other user takes it", async () => {
    const ordinary = { uid: 1, gid: 1 }
    await chown(folder, ordinary.uid, ordinary.gid)
    for (const user of [ordinary, {}, ordinary]) {
      const opened = open("once", user)
      expect(await opened.ended, opened.lines.join()).toBe(0)
    }
    await chmod(folder, 0o777)
    const stranger = open("once", { uid: 2, gid: 2 })
    expect(await stranger.ended).toBe(1)
    expect(stranger.lines).toEqual([expect.stringMatching(/^refused .*belongs to the user with number 1/)])
  })

function isReadableToAll(): boolean {
  return spawnSync(process.execPath, ["--check", program], { uid: 1, gid: 1, cwd: "/" }).status === 0
}
