/**
 * The sound of voice messages, made anew as the one kind that every browser plays (AAC in MP4) where the machine has
 * ffmpeg. What ffmpeg is given is a stranger's: it is told what it is to read, so that no playlist can send it
 * elsewhere, opens nothing but that file, knows nothing of our environment, and has little memory and time.
 */
import { spawn } from "node:child_process"
import { createReadStream, createWriteStream } from "node:fs"
import { mkdtemp, rm, stat } from "node:fs/promises"
import { constants, setPriority, tmpdir } from "node:os"
import path from "node:path"
import { pipeline } from "node:stream/promises"
import { LONGEST_VOICE } from "../../protocol/voice.ts"
import type { Db } from "../db/db.ts"
import { findFile, madeId, type FileRecord } from "./record.ts"
import type { FileStore } from "./store.ts"
import { openWhole } from "./whole.ts"

export const SOUND = "sound"
/** A quarter of an hour in poor compression. */
export const MOST_OF_A_SOUND = 32 * 1024 * 1024
/** Seconds of a processor, and of the clock where others need it, too. */
const LONGEST = 60
const LONGEST_WAIT = 180

type Needs = { db: Db; store: FileStore }

/** What ffmpeg calls them. */
const READERS: Record<string, string> = {
  "audio/mp4": "mov",
  "audio/x-m4a": "mov",
  "audio/ogg": "ogg",
  "audio/webm": "matroska",
}
const CODECS = "aac,opus,libopus,vorbis,libvorbis"

/** Makes it ahead, for whoever listens first. */
export async function makeSound(needs: Needs, name: Pick<FileRecord, "workspaceId" | "id">): Promise<void> {
  const file = await findFile(needs.db, name.workspaceId, name.id)
  if (file !== undefined) await keepSound(needs, file)
}

/**
 * Makes it unless it is there. Where ffmpeg could make nothing of it, nothing is kept under its name, so that a
 * hostile one costs its minute once. Where there is no ffmpeg it is not kept at all: there may be one tomorrow.
 */
export async function keepSound(needs: Needs, file: FileRecord): Promise<void> {
  const kept = { workspaceId: file.workspaceId, id: madeId(file.id, SOUND) }
  const reader = READERS[file.type]
  if (file.voice === null || file.state !== "stored" || reader === undefined) return
  await inTurn(async () => {
    const known = await needs.store.read(kept)
    known?.bytes.destroy()
    if (known !== undefined) return
    const folder = await mkdtemp(path.join(tmpdir(), "parley-sound-"))
    try {
      const from = path.join(folder, "from")
      const to = path.join(folder, "to.m4a")
      const whole = await openWhole(needs, file)
      if (whole === undefined) return
      await pipeline(whole.bytes, createWriteStream(from, { mode: 0o600 }))
      const code = await run(wordsFor({ reader, from, to }))
      if (code === ABSENT) return
      const isMade = code === 0 && (await stat(to).catch(() => undefined)) !== undefined
      await needs.store.keep(kept, isMade ? createReadStream(to) : [], async () => undefined)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

function wordsFor({ reader, from, to }: { reader: string; from: string; to: string }): string[] {
  return [
    ...["-nostdin", "-loglevel", "quiet", "-threads", "1"],
    ...["-protocol_whitelist", "file", "-f", reader, "-codec_whitelist", CODECS, "-i", `file:${from}`],
    ...["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"],
    ...["-t", String(LONGEST_VOICE / 1_000), "-ac", "1", "-ar", "48000", "-c:a", "aac", "-b:a", "64k"],
    ...["-threads", "1", "-movflags", "+faststart", "-f", "mp4", `file:${to}`],
  ]
}

/** What a shell answers for a program that it does not find. */
const ABSENT = 127

/** Limits that the shell sets hold for what it becomes; one that a system does not know is left out. */
const LIMITED = `ulimit -t ${LONGEST}; ulimit -v 1048576; ulimit -f 65536; exec ffmpeg "$@"`

function run(words: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", LIMITED, "ffmpeg", ...words], {
      env: { PATH: process.env["PATH"] ?? "" },
      stdio: "ignore",
      timeout: LONGEST_WAIT * 1_000,
      killSignal: "SIGKILL",
    })
    child.once("error", () => resolve(ABSENT))
    child.once("close", (code) => resolve(code ?? 1))
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
  })
}

let last: Promise<unknown> = Promise.resolve()

/** One at a time: live connections need the processors. */
function inTurn(work: () => Promise<void>): Promise<void> {
  const mine = last.then(work)
  last = mine.catch(() => undefined)
  return mine
}
