/**
 * Comma-separated values (RFC 4180) that spreadsheets cannot be harmed with: a cell that one of them would take for a
 * formula is written with an apostrophe before it, and read without it. So a phone number such as +33… comes back as it
 * was, and so does a cell that began with an apostrophe by itself.
 */

/** https://owasp.org/www-community/attacks/CSV_Injection, the wide forms of East Asian keyboards included. */
const DANGEROUS = /^'*[=+\-@\t\r\n＝＋－＠]/

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(written).join(",")}\r\n`
}

function written(cell: string): string {
  const safe = DANGEROUS.test(cell) ? `'${cell}` : cell
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function read(cell: string): string {
  return DANGEROUS.test(cell) && cell.startsWith("'") ? cell.slice(1) : cell
}

export type CsvRecord = { line: number; cells: string[] }
export class CsvProblem extends Error {
  readonly kind: "encoding" | "unclosed" | "too-long"
  constructor(kind: CsvProblem["kind"]) {
    super(kind)
    this.kind = kind
  }
}

/** Characters of one record: more is an unclosed quote that swallows the file. */
const LONGEST_RECORD = 100_000

/**
 * The records of a file as its bytes come, each with the line on which it begins; empty ones are left out. What
 * separates cells (comma, semicolon or tab) is taken from the first line. Throws a `CsvProblem`: text that is not UTF-8
 * cannot be told from another encoding's, and guessing would spoil names for good.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  const parser = createParser()
  const decoder = new TextDecoder("utf-8", { fatal: true })
  for await (const chunk of bytes) yield* parser.take(decode(decoder, chunk))
  yield* parser.take(decode(decoder))
  yield* parser.end()
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
  } catch {
    throw new CsvProblem("encoding")
  }
}

function createParser() {
  let separator: string | undefined
  let waiting = ""
  let cell = ""
  let cells: string[] = []
  let line = 1
  let begunAt = 1
  let length = 0
  /** In quotes; after a quote inside of them, which ends them or is doubled; after the end of a line's CR. */
  let state: "plain" | "quoted" | "quote" = "plain"
  let isAfterReturn = false

  function endRecord(): CsvRecord[] {
    cells.push(read(cell))
    const record = { line: begunAt, cells }
    cell = ""
    cells = []
    length = 0
    return record.cells.some((one) => one.trim() !== "") ? [record] : []
  }

  function* takeAll(text: string): Generator<CsvRecord> {
    for (const character of text) {
      length += 1
      if (length > LONGEST_RECORD) throw new CsvProblem("too-long")
      const isReturned = isAfterReturn
      isAfterReturn = character === "\r"
      const isEnd = character === "\n" || character === "\r"
      if (isEnd && !(character === "\n" && isReturned)) line += 1
      if (state === "quoted") {
        if (character === '"') state = "quote"
        else cell += character
      } else if (state === "quote" && character === '"') {
        cell += character
        state = "quoted"
      } else if (character === '"' && cell === "") state = "quoted"
      else if (character === separator) {
        cells.push(read(cell))
        cell = ""
        state = "plain"
      } else if (isEnd) {
        state = "plain"
        if (!(character === "\n" && isReturned)) yield* endRecord()
        begunAt = line
      } else {
        cell += character
        state = "plain"
      }
    }
  }

  return {
    *take(text: string): Generator<CsvRecord> {
      if (separator !== undefined) return yield* takeAll(text)
      waiting += text
      const end = waiting.search(/[\r\n]/)
      if (end === -1 && waiting.length <= LONGEST_RECORD) return
      separator = separatorOf(waiting.slice(0, end === -1 ? undefined : end))
      yield* takeAll(waiting)
    },
    *end(): Generator<CsvRecord> {
      if (separator === undefined) {
        separator = separatorOf(waiting)
        yield* takeAll(waiting)
      }
      if (state === "quoted") throw new CsvProblem("unclosed")
      if (cell !== "" || cells.length > 0) yield* endRecord()
    },
  }
}

function separatorOf(head: string): string {
  const plain = head.replace(/"[^"]*"/g, "")
  const count = (character: string) => plain.split(character).length
  return [";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best), ",")
}
