import { defineConfig, type Plugin, type UserConfig } from "vite"

/**
 * The files for customers' pages, made one after the other (`vite build --mode panel`, then `loader`, `reopen` and `preview`): the
 * loader, and what runs on the page that a mail leads to and on the one
 * that the desk frames, classic scripts that leave no names on the page; and the panel,
 * an ES module fetched when the visitor opens the chat. The panel's file name changes with its content; the server finds it in manifest.json, under
 * the key `panel.tsx`, and tells the loader.
 */
export default defineConfig(({ mode }) => (mode === "panel" ? panel : classic(mode)))

const outDir = "../.build/widget"

/** The oldest browsers that know light-dark(), which is then left as it is. */
const target = ["chrome123", "edge123", "firefox120", "safari17.5"]

const oxc = { jsx: { runtime: "automatic", importSource: "preact" } } as const
const define = { "process.env.NODE_ENV": '"production"' }

/** A module that failed once stays failed under its address, so what is loaded later is asked for under another one then. */
const askAgain: Plugin = {
  name: "ask-again",
  renderChunk: (code) =>
    code.replaceAll(
      /\bimport\(((["'`])\.\/[^"'`]+\2)\)/g,
      "import($1).catch(() => import($1 + `?again=${Date.now()}`))",
    ),
}

const panel: UserConfig = {
  root: import.meta.dirname,
  oxc,
  define,
  plugins: [askAgain],
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

function classic(name: string): UserConfig {
  return {
    root: import.meta.dirname,
    oxc,
    define,
    build: {
      outDir,
      emptyOutDir: false,
      target,
      cssTarget: target,
      rolldownOptions: {
        input: `${name}.ts`,
        // Of code that is loaded later, which here comes along.
        transform: { define: { "import.meta": "{}" } },
        output: { format: "iife", entryFileNames: `${name}.js`, codeSplitting: false },
      },
    },
  }
}
