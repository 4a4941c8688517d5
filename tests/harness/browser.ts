import { existsSync } from "node:fs"
import { chromium, type Browser } from "playwright-core"

const installed = "/usr/bin/chromium"

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A microphone that beeps once a second, and that everybody may use.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
]

/** The machine's Chromium where there is one, else the one inside an npm package. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: flags })
}

async function findChromium(): Promise<string> {
  if (existsSync(installed)) return installed
  const { default: packaged } = await import("@sparticuz/chromium")
  return packaged.executablePath()
}
