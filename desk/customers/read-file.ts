import { CSV_COLUMNS, MOST_IMPORTED, OWN_FIELD, type importBody } from "../../protocol/customers.ts"
import { readCsv } from "../../protocol/csv.ts"
import type { z } from "zod"

type Row = z.input<typeof importBody>["rows"][number]
export type Columns = {
  id: number
  name: number
  phone: number
  fields: readonly { name: string; place: number }[]
}
/** `read`: bytes of the file so far. */
export type Part = { columns: Columns; rows: Row[]; read: number }

/** Characters of one request, below what the server takes. */
const MOST_CHARACTERS = 100_000
const NAMES: Record<"id" | "name" | "phone", readonly string[]> = {
  id: ["id"],
  name: ["name", "full name"],
  phone: ["phone", "phone number", "mobile", "mobile phone", "telephone"],
}

/** A file in parts of a request each, as it is read; nothing of it is kept. Undefined: no column says who is meant. */
export async function* readFile(file: Blob): AsyncGenerator<Part | undefined> {
  let read = 0
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const reader = file.stream().getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      read += value.length
      yield value
    }
  }
  let columns: Columns | undefined
  let rows: Row[] = []
  let length = 0
  for await (const { line, cells } of readCsv(bytes())) {
    if (columns === undefined) {
      columns = columnsOf(cells)
      if (columns.phone === -1 && columns.id === -1) return yield undefined
      continue
    }
    rows.push(rowOf(columns, line, cells))
    length += cells.reduce((sum, cell) => sum + cell.length + 40, 0)
    if (rows.length < MOST_IMPORTED && length < MOST_CHARACTERS) continue
    yield { columns, rows, read }
    rows = []
    length = 0
  }
  if (columns === undefined) yield undefined
  else if (rows.length > 0) yield { columns, rows, read }
}

function columnsOf(head: readonly string[]): Columns {
  const heads = head.map((name) => name.trim())
  const placeOf = (names: readonly string[]) => heads.findIndex((name) => names.includes(name.toLowerCase()))
  const [id, name, phone] = [placeOf(NAMES.id), placeOf(NAMES.name), placeOf(NAMES.phone)]
  const ours = new Set<string>(CSV_COLUMNS.map((column) => column.toLowerCase()))
  const fields = heads.flatMap((heading, place) => {
    if (heading === "" || [id, name, phone].includes(place) || ours.has(heading.toLowerCase())) return []
    return [{ name: heading.startsWith(OWN_FIELD) ? heading.slice(OWN_FIELD.length) : heading, place }]
  })
  return { id, name, phone, fields }
}

function rowOf(columns: Columns, line: number, cells: readonly string[]): Row {
  const cell = (place: number, most: number) => (cells[place] ?? "").slice(0, most)
  return {
    line,
    id: cell(columns.id, 100),
    name: cell(columns.name, 1_000),
    phone: cell(columns.phone, 200),
    fields: columns.fields.flatMap(({ name, place }) =>
      (cells[place] ?? "").trim() === "" ? [] : [{ name: name.slice(0, 1_000), value: cell(place, 20_000) }],
    ),
  }
}
