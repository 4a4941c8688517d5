/**
 * Draws the installed app's icons from `desk/public/icon.svg`, in the browser of the tests: run it when that has
 * changed. What is `maskable` is cut to any shape by the phone, so its picture keeps to the middle; the badge is the
 * shape alone, in white, for a phone's status bar.
 */
import { readFile, writeFile } from "node:fs/promises"
import { launchBrowser } from "../tests/harness/browser.ts"

/** Of the side, around the picture. https://www.w3.org/TR/appmanifest/#icon-masks: the middle four fifths are safe. */
const SAFE = 0.1
const ICONS = [
  { file: "icon-192.png", size: 192, ground: "none", padding: 0, isShape: false },
  { file: "icon-512.png", size: 512, ground: "none", padding: 0, isShape: false },
  { file: "icon-maskable-512.png", size: 512, ground: "#2457d6", padding: SAFE, isShape: false },
  { file: "icon-apple-180.png", size: 180, ground: "#2457d6", padding: SAFE / 2, isShape: false },
  { file: "badge-96.png", size: 96, ground: "none", padding: 0, isShape: true },
]

const svg = await readFile("desk/public/icon.svg", "utf8")
const browser = await launchBrowser()
try {
  const page = await browser.newPage()
  for (const { file, size, ground, padding, isShape } of ICONS) {
    const side = size * (1 - 2 * padding)
    const picture = isShape ? svg.replace(/<rect[^>]*\/>/, "") : svg
    await page.setViewportSize({ width: size, height: size })
    await page.setContent(
      `<style>html{background:${ground}}body{margin:${size * padding}px}svg{display:block;inline-size:${side}px;block-size:${side}px}</style>${picture}`,
    )
    await writeFile(`desk/public/${file}`, await page.screenshot({ omitBackground: true }))
  }
} finally {
  await browser.close()
}
