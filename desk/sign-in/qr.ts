/**
 * A QR code (ISO/IEC 18004) of a short text: bytes, the lowest level of error correction, versions 1 to 20 (858 bytes).
 * Traded: always the same mask, which every reader reads; the standard looks for the one that reads best from afar.
 */

/** By version: how many blocks the bytes are cut into, and how many bytes of correction each is given. */
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8]
const CORRECTION = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28]

/** Rows of dark (true) and light modules, without the four light ones that have to stand around. */
export function qrOf(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text)
  const version = BLOCKS.findIndex((_, at) => bytes.length + 3 <= capacityOf(at + 1)) + 1
  if (version === 0) throw new RangeError("The text is too long for a QR code.")
  const grid = gridOf(version)
  fill(grid, withCorrection(dataOf(bytes, version), version))
  return grid.map((row) => row.map((module) => module === true))
}

/** Bytes that hold data and its header. */
function capacityOf(version: number): number {
  const [blocks, correction] = [BLOCKS[version - 1] ?? 0, CORRECTION[version - 1] ?? 0]
  return Math.floor(roomOf(version) / 8) - blocks * correction
}

/** Modules that are not part of a pattern. */
function roomOf(version: number): number {
  const aligned = version === 1 ? 0 : Math.floor(version / 7) + 2
  const patterns = aligned === 0 ? 0 : (25 * aligned - 10) * aligned - 55
  return (16 * version + 128) * version + 64 - patterns - (version >= 7 ? 36 : 0)
}

/** Mode, length, the bytes, and what fills the rest. */
function dataOf(bytes: Uint8Array, version: number): number[] {
  const lengthBits = version < 10 ? 8 : 16
  const bits = [
    ...bitsOf(4, 4),
    ...bitsOf(bytes.length, lengthBits),
    ...[...bytes].flatMap((byte) => bitsOf(byte, 8)),
  ]
  const capacity = capacityOf(version)
  bits.push(...bitsOf(0, Math.min(4, capacity * 8 - bits.length)))
  bits.push(...bitsOf(0, (8 - (bits.length % 8)) % 8))
  const data = Array.from({ length: bits.length / 8 }, (_, at) =>
    Number.parseInt(bits.slice(at * 8, at * 8 + 8).join(""), 2),
  )
  for (let fill = 0xec; data.length < capacity; fill ^= 0xec ^ 0x11) data.push(fill)
  return data
}

function bitsOf(value: number, length: number): number[] {
  return Array.from({ length }, (_, at) => (value >>> (length - 1 - at)) & 1)
}

/** The blocks, each with its correction, dealt out in turn. */
function withCorrection(data: number[], version: number): number[] {
  const [count, length] = [BLOCKS[version - 1] ?? 1, CORRECTION[version - 1] ?? 0]
  const short = Math.floor(data.length / count)
  const longer = data.length % count
  let from = 0
  const blocks = Array.from({ length: count }, (_, at) => {
    const block = data.slice(from, (from += short + (at >= count - longer ? 1 : 0)))
    return { block, correction: remainder(block, length) }
  })
  const dealt = (of: (block: (typeof blocks)[number]) => number[], most: number) =>
    Array.from({ length: most }, (_, at) => blocks.flatMap((block) => of(block)[at] ?? [])).flat()
  return [...dealt(({ block }) => block, short + 1), ...dealt(({ correction }) => correction, length)]
}

/** Of the block, taken as a polynomial, divided by (x - 1)(x - 2)(x - 4)… in the field of 256. */
function remainder(block: number[], length: number): number[] {
  const divisor: number[] = Array.from({ length }, (_, at) => (at === length - 1 ? 1 : 0))
  let root = 1
  for (let at = 0; at < length; at += 1) {
    for (let each = 0; each < length; each += 1)
      divisor[each] = times(divisor[each] ?? 0, root) ^ (divisor[each + 1] ?? 0)
    root = times(root, 2)
  }
  const rest: number[] = Array.from({ length }, () => 0)
  for (const byte of block) {
    const factor = byte ^ (rest.shift() ?? 0)
    rest.push(0)
    for (let each = 0; each < length; each += 1)
      rest[each] = (rest[each] ?? 0) ^ times(divisor[each] ?? 0, factor)
  }
  return rest
}

function times(one: number, other: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d)
    product ^= ((other >>> bit) & 1) * one
  }
  return product
}

/** Patterns are set; where data goes is undefined. */
type Grid = (boolean | undefined)[][]

function gridOf(version: number): Grid {
  const size = version * 4 + 17
  const grid: Grid = Array.from({ length: size }, () => Array.from({ length: size }, () => undefined))
  const set = (x: number, y: number, isDark: boolean) => {
    const row = grid[y]
    if (row && x >= 0 && x < size) row[x] = isDark
  }
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0)
    set(at, 6, at % 2 === 0)
  }
  const square = (x: number, y: number, reach: number, isDark: (distance: number) => boolean) => {
    for (let dy = -reach; dy <= reach; dy += 1)
      for (let dx = -reach; dx <= reach; dx += 1)
        set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))))
  }
  const places = alignedAt(version, size)
  const last = places.length - 1
  for (const [at, x] of places.entries())
    for (const [other, y] of places.entries()) {
      const isCorner = (at === 0 && (other === 0 || other === last)) || (at === last && other === 0)
      if (!isCorner) square(x, y, 2, (distance) => distance !== 1)
    }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    square(x, y, 4, (distance) => distance !== 2 && distance !== 4)
  setFormat(size, set)
  if (version >= 7) setVersion(version, size, set)
  return grid
}

function alignedAt(version: number, size: number): number[] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2
  return [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - (count - 2 - at) * step)]
}

type Set = (x: number, y: number, isDark: boolean) => void

/** Level and mask, twice: 01 is the lowest level, 000 the chess board. */
function setFormat(size: number, set: Set): void {
  const bits = ((0b01000 << 10) | checkOf(0b01000, 10, 0x537)) ^ 0x5412
  const bit = (at: number) => ((bits >>> at) & 1) === 1
  for (let at = 0; at < 15; at += 1) {
    if (at < 6) set(8, at, bit(at))
    else if (at < 8) set(8, at + 1, bit(at))
    else if (at === 8) set(7, 8, bit(at))
    else set(14 - at, 8, bit(at))
    if (at < 8) set(size - 1 - at, 8, bit(at))
    else set(8, size - 15 + at, bit(at))
  }
  set(8, size - 8, true)
}

function setVersion(version: number, size: number, set: Set): void {
  const bits = (version << 12) | checkOf(version, 12, 0x1f25)
  for (let at = 0; at < 18; at += 1) {
    const isDark = ((bits >>> at) & 1) === 1
    const [along, across] = [Math.floor(at / 3), size - 11 + (at % 3)]
    set(across, along, isDark)
    set(along, across, isDark)
  }
}

function checkOf(value: number, length: number, divisor: number): number {
  let rest = value
  for (let at = 0; at < length; at += 1) rest = (rest << 1) ^ ((rest >>> (length - 1)) * divisor)
  return rest
}

/** Upwards and downwards in columns of two, from the right, under the mask. */
function fill(grid: Grid, bytes: number[]): void {
  let at = 0
  for (const [x, y] of placesOf(grid.length)) {
    const row = grid[y]
    if (!row || row[x] !== undefined) continue
    const isDark = (((bytes[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) === 1
    row[x] = isDark !== ((x + y) % 2 === 0)
    at += 1
  }
}

function placesOf(size: number): [x: number, y: number][] {
  // The column of the pattern on the left is stepped over.
  const rights = Array.from({ length: (size - 1) / 2 }, (_, at) => size - 1 - 2 * at).map((right) =>
    right <= 6 ? right - 1 : right,
  )
  return rights.flatMap((right) =>
    Array.from({ length: size }, (_, step) => (((right + 1) & 2) === 0 ? size - 1 - step : step)).flatMap(
      (y): [number, number][] => [
        [right, y],
        [right - 1, y],
      ],
    ),
  )
}
