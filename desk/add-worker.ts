import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Plugin } from "vite"
import { pushTexts } from "./texts/texts.ts"

/** Its address is part of what browsers remember: it never changes. */
export const WORKER = "worker.js"
const PAGE = "index.html"

/**
 * Tells the service worker which files this build is made of. Whatever else of it changes, the worker's text does
 * too, which is how browsers find out that there is a new version.
 */
export function addWorker(): Plugin {
  let publicFolder = ""
  return {
    name: "parley-worker",
    apply: "build",
    // After the page has been made.
    enforce: "post",
    configResolved(config) {
      publicFolder = config.publicDir
    },
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER]
      const page = bundle[PAGE]
      if (worker?.type !== "chunk" || page?.type !== "asset")
        throw new Error("The build has no worker or no page.")
      // It is one file and shares none with the page: its few texts are handed to it.
      const words = JSON.stringify(pushTexts)
      const given = readdirSync(publicFolder)
      const made = Object.keys(bundle).filter(
        (file) => file !== WORKER && file !== PAGE && !file.endsWith(".json"),
      )
      const hash = createHash("sha256").update(page.source).update(worker.code).update(words)
      for (const file of given) hash.update(readFileSync(join(publicFolder, file)))
      for (const file of made) hash.update(file)
      const build = {
        version: hash.digest("hex").slice(0, 16),
        files: [...made, ...given].map((file) => `/${file}`),
      }
      worker.code = `"use strict";const BUILD=${JSON.stringify(build)},WORDS=${words};${worker.code}`
    },
  }
}
