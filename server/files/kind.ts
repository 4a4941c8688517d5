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

/** What voice messages come as. */
export function isSound(type: string): boolean {
  return /^(audio|video)\/(mp4|ogg|webm|x-m4a)$/.test(type)
}

/** What the bytes are, whatever was claimed; SVG and HTML are never a type of their own. */
export async function sniff(path: string, claimed: string): Promise<{ type: string; ending: string }> {
  const found = await fileTypeFromFile(path)
  if (found !== undefined) return { type: plainType(found.mime), ending: found.ext }
  return withoutSignature(claimed)
}

/** The same of bytes that a file begins with. */
export async function sniffBytes(beginning: Uint8Array, claimed: string): Promise<string> {
  const found = await fileTypeFromBuffer(beginning)
  return found === undefined ? withoutSignature(claimed).type : plainType(found.mime)
}

/** Without what is said of codecs. */
function plainType(mime: string): string {
  return mime.split(";")[0]?.trim() ?? mime
}

/** Plain text has no signature; it is believed for the sake of its ending. */
function withoutSignature(claimed: string): { type: string; ending: string } {
  if (/^text\/plain\b/i.test(claimed)) return { type: "text/plain", ending: "txt" }
  return { type: "application/octet-stream", ending: "bin" }
}
