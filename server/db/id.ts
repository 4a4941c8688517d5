import { randomBytes } from "node:crypto"

let lastMillisecond = 0
let counter = 0

/**
 * A UUIDv7 (RFC 9562 §6.2, method 1: the 12 bits after the time count within a millisecond). Ids of one process
 * increase strictly, also when the machine's clock is set back. They never order a conversation: the time the
 * server stamps does.
 */
export function newId(): string {
  const now = Date.now()
  if (now > lastMillisecond) {
    lastMillisecond = now
    // The upper bit is left free, so that at least 2,048 ids fit before the time has to be borrowed from the future.
    counter = randomBytes(2).readUInt16BE() & 0x7ff
  } else if (counter < 0xfff) {
    counter += 1
  } else {
    lastMillisecond += 1
    counter = 0
  }
  const bytes = randomBytes(16)
  bytes.writeUIntBE(lastMillisecond, 0, 6)
  bytes.writeUInt16BE(0x7000 | counter, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
