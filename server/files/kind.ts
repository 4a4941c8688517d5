import { fileTypeFromBuffer, fileTypeFromFile } from "file-type"

/** Pictures made of pixels: nothing in them can run, and every browser shows them. */
const rasters = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"])

export function isRaster(type: string): boolean {
  return rasters.has(type)
}

/** What is played in place: no browser runs anything in them. */
const playable = /^(audio|video)\/(aac|mp4|mpeg|ogg|wav|webm|x-m4a)$/

export function isPlayable(type: string): boolean {
  return playable.test(type)
}

/** What the bytes are, whatever was claimed; SVG and HTML are never a type of their own. */
export async function sniff(path: string, claimed: string): Promise<{ type: string; ending: string }> {
  const found = await fileTypeFromFile(path)
  if (found !== undefined) return { type: found.mime, ending: found.ext }
  return withoutSignature(claimed)
}

/** The same of bytes that a file begins with. */
export async function sniffBytes(beginning: Uint8Array, claimed: string): Promise<string> {
  return (await fileTypeFromBuffer(beginning))?.mime ?? withoutSignature(claimed).type
}

/** Plain text has no signature; it is believed for the sake of its ending. */
function withoutSignature(claimed: string): { type: string; ending: string } {
  if (/^text\/plain\b/i.test(claimed)) return { type: "text/plain", ending: "txt" }
  return { type: "application/octet-stream", ending: "bin" }
}
