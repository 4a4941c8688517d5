import { expect, test } from "vitest"
import { CsvProblem, csvLine, readCsv } from "./csv.ts"

async function* bytesOf(text: string | Uint8Array, size = 3): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function all(text: string | Uint8Array, size?: number): Promise<[number, string[]][]> {
  const records: [number, string[]][] = []
  for await (const { line, cells } of readCsv(bytesOf(text, size))) records.push([line, cells])
  return records
}

const nasty = [
  "plain",
  "",
  "+33 6 12 34 56 78",
  '=HYPERLINK("http://evil.example")',
  "-1",
  "@SUM(1)",
  "\ttab",
  "\rreturn",
  "\nline",
  "'",
  "'=quoted already",
  "''+twice",
  'O’Neil, Jean; "the" one',
  "two\r\nlines",
  "＝wide",
  " ünï 😀",
  "שלום",
]

test("what was written is read back as it was, whatever it holds and wherever the bytes are cut", async () => {
  const text = csvLine(["a", "b"]) + csvLine(nasty)
  for (const size of [1, 2, 5, 10_000]) expect((await all(text, size))[1]?.[1]).toEqual(nasty)
})

test("no cell begins with what a spreadsheet takes for a formula", () => {
  for (const cell of nasty)
    expect(csvLine([cell]).trimEnd().replace(/^"/, "")).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
})

test.each([
  ["commas", "a,b\r\n1,2\r\n"],
  ["semicolons", "a;b\n1;2"],
  ["tabs", "a\tb\r1\t2\r"],
  ["a byte order mark", "\ufeffa,b\n1,2\n"],
  ["empty lines", "\n\na,b\n\n1,2\n,\n\n"],
])("a file with %s is read", async (_, text) => {
  expect((await all(text)).map(([, cells]) => cells)).toEqual([
    ["a", "b"],
    ["1", "2"],
  ])
})

test("records know the line on which they begin", async () => {
  expect(await all('a,b\r\n"x\r\ny\nz",2\r\n3,4\r\n')).toEqual([
    [1, ["a", "b"]],
    [2, ["x\r\ny\nz", "2"]],
    [5, ["3", "4"]],
  ])
})

test("another encoding and an unclosed quote are told, not guessed", async () => {
  const problemOf = (text: string | Uint8Array) =>
    all(text).then(
      () => undefined,
      (error: unknown) => (error instanceof CsvProblem ? error.kind : error),
    )
  expect(await problemOf(Uint8Array.from([...Buffer.from("name\nZo"), 0xeb, 0x0a]))).toBe("encoding")
  expect(await problemOf(Uint8Array.from([0xff, 0xfe, 0x61, 0x00]))).toBe("encoding")
  expect(await problemOf('a,b\n"1,2\n3,4')).toBe("unclosed")
  expect(await problemOf(`a\n"${"x".repeat(200_000)}"`)).toBe("too-long")
})
