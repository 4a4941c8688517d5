import { fileTypeFromBuffer, fileTypeFromFile } from "file-type"

/** Pictures made of pixels: nothing in them can run, and every browser shows them. */
const rasters = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"])

export function isRaster(type: string): boolean {
  return rasters.has(type)
}

/** What the bytes are, whatever was claimed; SVG and HTML are never a type of their own. */
export async function sniff(path: string, claimed: string): Promise<{ type: string; ending: string }> {
  const found = await fileTypeFromFile(path)
  if (found !== undefined) return { type: found.mime, ending: found.ext }
  // Plain text has no signature; it is believed for the sake of its ending.
  if (/^text\/plain\b/i.test(claimed)) return { type: "text/plain", ending: "txt" }
  return { type: "application/octet-stream", ending: "bin" }
}

/** What bytes begin a file of; empty for what has no signature. */
export async function sniffBytes(beginning: Uint8Array): Promise<string> {
  return (await fileTypeFromBuffer(beginning))?.mime ?? ""
}
