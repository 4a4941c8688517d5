import { link, open, readFile, rename, rm } from "node:fs/promises"
import path from "node:path"

/**
 * Lets one Parley at a time use a data folder. The file names its holder; a holder who died without
 * cleaning up is recognised by his process being gone, or being another one under the same number.
 * (PostgreSQL's own lock stands behind this one: should two starts slip through, the second one's server refuses.)
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, "lock")
  const mine = `${process.pid} ${await bornAt(process.pid)}\n`
  for (let attempt = 1; attempt <= 5; attempt++) {
    const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error
      return undefined
    })
    if (handle !== undefined) {
      await handle.writeFile(mine)
      await handle.close()
      return () => rm(file, { force: true })
    }
    const theirs = await readFile(file, "utf8").catch(() => "")
    const [pid, born] = theirs.trim().split(" ")
    if (theirs !== "" && pid !== undefined && born === (await bornAt(Number(pid))))
      throw new Error(
        `Another Parley (process ${pid}) is using ${folder}. Stop it first, or choose another PARLEY_DATA.`,
      )
    await setAside(file, theirs)
  }
  throw new Error(`${file} could not be taken. If no Parley is running there, delete that file.`)
}

/** Takes away the dead holder's file, but puts it back when somebody has taken the folder in between. */
async function setAside(file: string, expected: string): Promise<void> {
  const aside = `${file}.${process.pid}`
  await rename(file, aside).catch(() => undefined)
  if ((await readFile(aside, "utf8").catch(() => expected)) !== expected)
    await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
}

/** When a process was started, in any unit; empty when there is none. Where /proc is missing only being alive counts. */
export async function bornAt(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
    // The name of the program stands in brackets and may hold spaces; start time is the 22nd field, the 20th after it.
    return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  }
  try {
    process.kill(pid, 0)
    return "alive"
  } catch {
    return ""
  }
}
