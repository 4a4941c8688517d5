import react from "@vitejs/plugin-react"
import { join } from "node:path"
import { defineConfig } from "vite"
import { addWorker, WORKER } from "./add-worker.ts"

const root = import.meta.dirname
/** The service worker is an entry, too, and has to be a file by itself. */
const isOfPage = (id: string): boolean => !/offline\/(worker|tell)\.ts$/.test(id)

/** The agents' app: desk/index.html → .build/desk, served by the server at its root. */
export default defineConfig({
  root,
  plugins: [react(), addWorker()],
  css: { modules: { localsConvention: "camelCaseOnly" } },
  build: {
    outDir: "../.build/desk",
    emptyOutDir: true,
    // The byte budgets follow the imports in it.
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    // Sizes are looked after by the byte budgets, compressed and by what is loaded when.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      input: { index: join(root, "index.html"), worker: join(root, "offline/worker.ts") },
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? WORKER : "assets/[name]-[hash].js"),
        // What the first list needs is one file; left to itself the bundler cuts it into twenty.
        codeSplitting: { groups: [{ name: "start", tags: ["$initial"], test: isOfPage }] },
      },
    },
  },
})
