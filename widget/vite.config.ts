import { defineConfig, type UserConfig } from "vite"

/**
 * Two files for customers' pages, made one after the other (`vite build --mode panel`, then `--mode loader`):
 * the loader, a classic script that leaves no names on the page, and the panel, an ES module fetched when the visitor
 * opens the chat. The panel's file name changes with its content; the server finds it in manifest.json, under
 * the key `panel.tsx`, and tells the loader.
 */
export default defineConfig(({ mode }) => (mode === "loader" ? loader : panel))

const outDir = "../.build/widget"

/** The oldest browsers that know light-dark(), which is then left as it is. */
const target = ["chrome123", "edge123", "firefox120", "safari17.5"]

const panel: UserConfig = {
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir,
    emptyOutDir: true,
    target,
    cssTarget: target,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "panel.tsx",
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "panel-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
}

const loader: UserConfig = {
  root: import.meta.dirname,
  build: {
    outDir,
    emptyOutDir: false,
    target,
    cssTarget: target,
    rolldownOptions: {
      input: "loader.ts",
      output: { format: "iife", entryFileNames: "loader.js" },
    },
  },
}
