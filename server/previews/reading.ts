import { Parser } from "htmlparser2"
import { mendText } from "../../protocol/text.ts"

/** What a page says of itself; `picture` is an address. */
export type Page = {
  title: string | undefined
  description: string | undefined
  picture: string | undefined
}

/** Letters. */
const LONGEST_TITLE = 150
const LONGEST_DESCRIPTION = 250

/** The bytes as text: by what the answer says, by what the page does, or as UTF-8. */
export function textOf(bytes: Buffer, contentType: string): string {
  const beginning = bytes.subarray(0, 1_024).toString("latin1")
  const marked = bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : undefined
  const labels = [
    marked ?? (bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : undefined),
    /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1],
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w:.-]+)/i.exec(beginning)?.[1],
    "utf-8",
  ]
  for (const label of labels)
    try {
      if (label !== undefined) return new TextDecoder(label).decode(bytes)
    } catch {
      // A charset that nobody knows.
    }
  return ""
}

/** Reads the head alone; nothing of it is kept but text. */
export function readPage(html: string, at: URL): Page {
  const said = saidIn(html)
  const first = (...keys: string[]) => keys.map((key) => said.get(key)).find((value) => value !== undefined)
  const picture = first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
  return {
    title: cut(first("og:title", "twitter:title", "title"), LONGEST_TITLE),
    description: cut(first("og:description", "twitter:description", "description"), LONGEST_DESCRIPTION),
    picture:
      picture !== undefined && URL.canParse(picture, at.href) ? new URL(picture, at.href).href : undefined,
  }
}

/** Its title and what its meta tags say, by their names. The first counts, unless it says nothing. */
function saidIn(html: string): ReadonlyMap<string, string> {
  const said = new Map<string, string>()
  const put = (key: string, value: string | undefined): void => {
    const text = value === undefined ? undefined : mendText(value)?.replace(/\s+/g, " ")
    if (text !== undefined && !said.has(key)) said.set(key, text)
  }
  let title: string | undefined
  const parser = new Parser({
    onopentag(name, attributes) {
      const key = attributes["property"] ?? attributes["name"]
      if (name === "title") title = ""
      else if (name === "meta" && key !== undefined) put(key.toLowerCase(), attributes["content"])
      else if (name === "body") parser.pause()
    },
    ontext(text) {
      if (title !== undefined) title += text
    },
    onclosetag(name) {
      if (name === "title") put("title", title)
      if (name === "title") title = undefined
      if (name === "head") parser.pause()
    },
  })
  parser.end(html)
  return said
}

function cut(text: string | undefined, most: number): string | undefined {
  if (text === undefined || text.length <= most) return text
  return `${text
    .slice(0, most)
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd()}…`
}
