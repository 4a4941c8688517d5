import react from "@vitejs/plugin-react"
import { join } from "node:path"
import { defineConfig } from "vite"
import { addWorker, WORKER } from "./add-worker.ts"

const root = import.meta.dirname

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
      },
    },
  },
})
