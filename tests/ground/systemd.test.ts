import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs"
import { rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { createInterface } from "node:readline"
import { expect, test } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")
const unit = readFileSync(path.join(root, "docs/deploy/parley.service"), "utf8")

/** Every value of a setting, in order. */
const valuesOf = (name: string): string[] =>
  unit.split("\n").flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []))
const valueOf = (name: string): string => valuesOf(name)[0] ?? ""

test("whatever the unit names in Parley's folder is there", () => {
  const named = [...unit.matchAll(/\/opt\/parley\/([\w./-]+)/g)].map(([, place = ""]) => place)
  expect(named.length).toBeGreaterThanOrEqual(2)
  for (const place of named) expect(existsSync(path.join(root, place)), place).toBe(true)
})

test("started and stopped as the unit does it, nothing is left behind", { timeout: 60_000 }, async () => {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "parley-unit-")))
  // As root PostgreSQL is another user, who has to get to its socket; the unit has one user for both.
  chmodSync(folder, 0o711)
  const place = (text: string): string =>
    text
      .replaceAll("/opt/parley", root)
      .replace("/var/lib/parley", path.join(folder, "lib"))
      .replace("/var/cache/parley", path.join(folder, "cache"))
      .replace("/run/parley", path.join(folder, "run"))
  for (const name of ["lib", "cache", "run"]) mkdirSync(path.join(folder, name))
  const settings = valuesOf("Environment").map((line) => {
    const at = line.indexOf("=")
    return [line.slice(0, at), place(line.slice(at + 1))] as const
  })
  const environment = Object.fromEntries(settings)
  const [program = "", ...words] = place(valueOf("ExecStart")).split(" ")
  const child = spawn(program, words, {
    cwd: place(valueOf("WorkingDirectory")),
    env: { ...environment, PATH: "/usr/local/bin:/usr/bin:/bin", PORT: "0", HOST: "127.0.0.1" },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const ended = once(child, "exit")
  try {
    const url = await new Promise<string>((resolve, reject) => {
      void ended.then(([code]) => reject(new Error(`It ended with ${String(code)}.`)))
      createInterface({ input: child.stdout }).on("line", (line) => {
        const ready = /^Parley is ready at (\S+)/.exec(line)?.[1]
        if (ready !== undefined) resolve(ready)
      })
    })
    for (const question of ["livez", "healthz"]) expect((await fetch(`${url}/${question}`)).status).toBe(200)
    expect(readdirSync(path.join(folder, "cache"))).not.toEqual([])

    // An administrator's tool has the data folder's name and no other setting of the unit.
    const reset = ["tools/reset-password.ts", "nobody@acme.example"]
    const asked = { cwd: root, env: { PATH: process.env.PATH, PARLEY_DATA: environment.PARLEY_DATA } }
    expect(() => execFileSync(program, reset, { ...asked, stdio: "pipe" })).toThrow("Nobody signs in")

    const note = readFileSync(path.join(folder, "lib/postgres/postmaster.pid"), "utf8").split("\n")
    const [pid = "", , , , socket = ""] = note
    expect(socket.startsWith(path.join(folder, "run"))).toBe(true)
    expect(statSync(socket).mode & 0o077).toBe(0)

    // KillMode=mixed: the main process alone is asked to stop.
    expect(valueOf("KillMode")).toBe("mixed")
    const begun = performance.now()
    child.kill("SIGTERM")
    expect(await ended).toEqual([0, null])
    expect(performance.now() - begun).toBeLessThan(Number(valueOf("TimeoutStopSec")) * 1_000)
    expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH")
    expect(readdirSync(path.join(folder, "run"))).toEqual([])
  } finally {
    child.kill("SIGKILL")
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
