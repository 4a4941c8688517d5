import { once } from "node:events"
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer, type ServerResponse } from "node:http"
import os from "node:os"
import path from "node:path"
import { build } from "vite"
import { newId } from "../../server/db/db.ts"

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
}

/** A server that hands out one edition of the desk after the other, and says that somebody is signed in. */
export type Editions = {
  url: string
  /** What was asked for and is no file of the edition. */
  missed: string[]
  /** From now on the edition in this folder is the one. */
  serve(folder: string): void
  /** The desk built once more; pages of it say so: `<html data-edition="…">`. */
  make(edition: string): Promise<string>
  /** An edition of which a file cannot be had. */
  spoil(folder: string): Promise<string>
  close(): Promise<void>
}

export async function openEditions(first: string): Promise<Editions> {
  let folder = first
  const folders = await mkdtemp(path.join(os.tmpdir(), "parley-editions-"))
  const missed: string[] = []
  const ids = { workspaceId: newId(), agentId: newId() }
  const session = {
    needsFirstWorkspace: false,
    signupOpen: false,
    canMail: false,
    user: { id: "ada", name: "Ada", email: "ada@northwind.test" },
    workspaces: [{ id: ids.workspaceId, name: "Northwind", agentId: ids.agentId }],
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://desk.test")
    if (pathname === "/api/v1/session")
      return void answer(response, "application/json", JSON.stringify(session))
    if (pathname === "/healthz") return void answer(response, "application/json", "{}")
    const isFile = path.extname(pathname) !== ""
    readFile(path.join(folder, isFile ? pathname : "index.html")).then(
      (body) => answer(response, TYPES[isFile ? path.extname(pathname) : ".html"] ?? "text/plain", body),
      () => {
        missed.push(pathname)
        response.writeHead(404).end()
      },
    )
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port.")
  return {
    url: `http://127.0.0.1:${address.port}`,
    missed,
    serve(next) {
      folder = next
    },
    async make(edition) {
      const outDir = path.join(folders, edition)
      const mark = `document.documentElement.dataset.edition = ${JSON.stringify(edition)};`
      await build({
        configFile: "desk/vite.config.ts",
        logLevel: "error",
        build: { outDir, emptyOutDir: true },
        plugins: [
          {
            name: "edition",
            transform: (code, id) => (id.endsWith("/desk/main.tsx") ? `${code}\n${mark}` : undefined),
          },
        ],
      })
      return outDir
    },
    async spoil(good) {
      const spoiled = `${good}-spoiled`
      await cp(good, spoiled, { recursive: true })
      const worker = path.join(spoiled, "worker.js")
      const text = await readFile(worker, "utf8")
      const [file = ""] = /\/assets\/settings-[\w-]+\.js/.exec(text) ?? []
      await rm(path.join(spoiled, file))
      await writeFile(worker, text.replace(/"version":"\w+"/, '"version":"spoiled"'))
      return spoiled
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
      await rm(folders, { recursive: true, force: true })
    },
  }
}

function answer(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache" }).end(body)
}
