import type { LookupAddress } from "node:dns"
import { lookup } from "node:dns/promises"
import { BlockList, isIP, type LookupFunction } from "node:net"
import { callbackify } from "node:util"

// https://www.iana.org/assignments/iana-ipv4-special-registry
const inside = new BlockList()
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  inside.addSubnet(network, bits, "ipv4")

// Of IPv6 only 2000::/3 is given out to the public; some of it carries IPv4 addresses inside or is for examples.
const given = new BlockList()
given.addSubnet("2000::", 3, "ipv6")
const special = new BlockList()
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  special.addSubnet(network, bits, "ipv6")

/** Whether an address belongs to the public internet: not to this machine, its network, or nobody. */
export function isPublicAddress(ip: string): boolean {
  const version = isIP(ip)
  if (version === 4) return !inside.check(ip, "ipv4")
  return version === 6 && given.check(ip, "ipv6") && !special.check(ip, "ipv6")
}

export type FindAddresses = (host: string) => Promise<LookupAddress[]>

const findBySystem: FindAddresses = (host) => lookup(host, { all: true })

/**
 * What a request to an address of a stranger's has to be made with: the very addresses that are connected to are
 * checked, so that a name that resolves to another one the next time gains nothing. Throws `refused()`, or fails to
 * connect with it. The connection must be a new one: one kept alive skips the look-up.
 */
export function outsideOnly(
  url: URL,
  refused: () => Error,
  {
    mayConnectTo = isPublicAddress,
    find = findBySystem,
  }: { mayConnectTo?: (ip: string) => boolean; find?: FindAddresses } = {},
): { agent: false; lookup: LookupFunction } {
  const host = url.hostname.replace(/^\[|\]$/g, "")
  if (isIP(host) !== 0 && !mayConnectTo(host)) throw refused()
  return {
    agent: false,
    lookup(hostname, options, callback) {
      callbackify(find)(hostname, (error, addresses) => {
        if (error) return callback(error, [])
        if (!addresses.every(({ address }) => mayConnectTo(address))) return callback(refused(), [])
        const [first] = addresses
        if (options.all || first === undefined) return callback(null, addresses)
        return callback(null, first.address, first.family)
      })
    },
  }
}
