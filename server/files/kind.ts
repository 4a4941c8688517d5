import { fileTypeFromFile } from "file-type"

/** Pictures made of pixels: nothing in them can run, and every browser shows them. */
const rasters = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"])

export function isRaster(type: string): boolean {
  return rasters.has(type)
}

/** Types without a signature that are believed as claimed: harmless as a download, and good to have the right ending. */
const believed: Readonly<Record<string, string>> = {
  "text/plain": "txt",
  "text/vcard": "vcf",
  "text/x-vcard": "vcf",
  "text/calendar": "ics",
}

/** What the bytes are, whatever was claimed; SVG and HTML are never a type of their own. */
export async function sniff(path: string, claimed: string): Promise<{ type: string; ending: string }> {
  const found = await fileTypeFromFile(path)
  if (found !== undefined) return { type: found.mime, ending: found.ext }
  const plain = claimed.split(";")[0]?.trim().toLowerCase() ?? ""
  const ending = believed[plain]
  return ending === undefined ? { type: "application/octet-stream", ending: "bin" } : { type: plain, ending }
}
