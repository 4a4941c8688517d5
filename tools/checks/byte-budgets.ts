import { existsSync, readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { z } from "zod"

const kilobyte = 1024

const manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().optional(),
    imports: z.array(z.string()).default([]),
    dynamicImports: z.array(z.string()).default([]),
  }),
)
type Manifest = z.output<typeof manifest>

/** What somebody loads, gzipped, and the most it may be. */
export type Weight = { what: string; bytes: number; budget: number }

export function byteBudgets(): string[] {
  return weigh().flatMap(({ what, bytes, budget }) => {
    if (bytes === 0) return [`${what}: nothing was found to weigh.`]
    return bytes > budget ? [`${what}: ${bytes} bytes gzipped, ${budget} at most.`] : []
  })
}

/** What visitors and agents must load. The loader leaves room for the settings served with it. */
export function weigh(): Weight[] {
  const desk = readManifest(".build/desk/manifest.json")
  const widget = readManifest(".build/widget/manifest.json")
  const beforeList = closure(
    desk,
    keysOf(desk, (key) => key === "index.html"),
    [],
  )
  const answering = closure(
    desk,
    keysOf(desk, (key) => key === "index.html"),
    // In one language: the others' words are loaded instead.
    [/^(?!texts\/(?!en\/)).*conversation/],
  )
  const panel = closure(
    widget,
    keysOf(widget, (key) => key === "panel.tsx"),
    // What a feature beyond text needs is loaded when that is first used.
    [],
  )
  const loader = size(".build/widget/loader.js")
  const weight = (what: string, bytes: number, kilobytes: number): Weight => ({
    what,
    bytes,
    budget: kilobytes * kilobyte,
  })
  return [
    weight("the widget before a click", loader, 4.5),
    weight("the widget to the first sent message", loader + sizeOf(".build/widget", panel), 30),
    weight("the desk before the list is shown", sizeOf(".build/desk", beforeList), 180),
    weight("the desk until a conversation can be answered", sizeOf(".build/desk", answering), 300),
  ]
}

function readManifest(file: string): Manifest {
  if (!existsSync(file)) throw new Error(`${file} is missing: run npm run build`)
  return manifest.parse(JSON.parse(readFileSync(file, "utf8")))
}

const keysOf = (chunks: Manifest, is: (key: string) => boolean) => Object.keys(chunks).filter(is)

/** Files of these chunks, of all they import, and of what they load later where its name matches. */
function closure(chunks: Manifest, keys: string[], later: RegExp[]): Set<string> {
  const files = new Set<string>()
  const seen = new Set<string>()
  const open = [...keys]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const chunk = chunks[key]
    if (chunk === undefined || seen.has(key)) continue
    seen.add(key)
    files.add(chunk.file)
    open.push(...chunk.imports, ...chunk.dynamicImports.filter((name) => later.some((one) => one.test(name))))
  }
  return files
}

const size = (file: string) => gzipSync(readFileSync(file)).length
const sizeOf = (folder: string, files: Set<string>) =>
  [...files].reduce((sum, file) => sum + (file.endsWith(".js") ? size(`${folder}/${file}`) : 0), 0)
