/**
 * The next edition of the server, as it is met during an upgrade: a copy of this one with one more migration, which
 * only adds, and other builds of desk and widget: every file whose name has its content's hash in it has another name.
 */
import { createHash } from "node:crypto"
import { cpSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"

const root = path.resolve(import.meta.dirname, "../..")
const copied = ["server", "protocol", "package.json", "tsconfig.json", ".build/desk", ".build/widget"]

const MIGRATION = `-- owner: conversations
-- Locks: conversations for a moment.
alter table conversations add column if not exists mood text;
create table if not exists moods (
  workspace_id uuid not null,
  id uuid not null,
  constraint moods_pkey primary key (workspace_id, id)
);
`

/** Answers where it is to be run. `protocol`: what it calls its way of speaking. */
export function makeNextEdition(folder: string, o: { protocol?: number } = {}): string {
  const next = path.join(folder, `edition-${o.protocol ?? "next"}`)
  for (const name of copied) cpSync(path.join(root, name), path.join(next, name), { recursive: true })
  symlinkSync(path.join(root, "node_modules"), path.join(next, "node_modules"))
  writeFileSync(path.join(next, "server/db/migrations/9000-moods.sql"), MIGRATION)
  for (const app of ["desk", "widget"]) renameHashed(path.join(next, ".build", app))
  if (o.protocol !== undefined) {
    const file = path.join(next, "protocol/stream.ts")
    const text = readFileSync(file, "utf8")
    const changed = text.replace(/export const PROTOCOL = \d+/, `export const PROTOCOL = ${o.protocol}`)
    if (changed === text) throw new Error("The protocol's number is not where it was.")
    writeFileSync(file, changed)
  }
  return next
}

const HASHED = /^(.+)-([\w-]{8})(\.\w+)$/

function renameHashed(folder: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const names = files.flatMap(({ name }) => {
    const [, start, , end] = HASHED.exec(name) ?? []
    if (start === undefined) return []
    const hash = createHash("sha256").update(name).digest("base64url").slice(0, 8)
    return [{ before: name, after: `${start}-${hash}${end}` }]
  })
  if (names.length === 0) throw new Error(`Nothing is built in ${folder}: run node tools/build.ts`)
  for (const { name, parentPath } of files) {
    const file = path.join(parentPath, name)
    let text = readFileSync(file, "latin1")
    for (const { before, after } of names) text = text.replaceAll(before, after)
    writeFileSync(file, text, "latin1")
    const renamed = names.find(({ before }) => before === name)
    if (renamed) renameSync(file, path.join(parentPath, renamed.after))
  }
}
