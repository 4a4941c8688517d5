import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

/** The agents' app: desk/index.html → .build/desk, served by the server at its root. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  css: { modules: { localsConvention: "camelCaseOnly" } },
  build: {
    outDir: "../.build/desk",
    emptyOutDir: true,
    // The byte budgets follow the imports in it.
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
  },
})
