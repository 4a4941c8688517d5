/**
 * Customers and their addresses: who writes, and by which way he can be reached.
 *
 * Hides how an address becomes a customer exactly once although several messages of the same person may
 * arrive at the same moment, and where a lead's place is taken from. An address is unique within its source;
 * its customer is made together with it, in one statement, so there is neither a second customer nor one
 * without an address.
 *
 * What agents note about a customer (name, fields, remarks) hangs on his id, row by row; who may note and who is told
 * is the business of `conversations`, because a customer is visible exactly to those who may see his conversation.
 *
 * Locks: claiming holds the row of the address until the transaction ends. Claim before locking the
 * conversation, and all of a transaction's addresses in one call.
 */
export { claimAddresses, type Profile } from "./claim.ts"
export { findAddress, markSeen, markSeenByAgent, setConsent, type AddressRecord } from "./address.ts"
export * as erasing from "./erasing.ts"
export * as mailing from "./mailing.ts"
export * as folding from "./folding.ts"
export * as finding from "./finding.ts"
export * as sightings from "./sightings.ts"
export * as importing from "./importing.ts"
export * as merging from "./merging.ts"
export * as notes from "./notes.ts"
export * as photos from "./photos.ts"
export * as visitorKeys from "./visitor-keys.ts"
export { placeOfIp, placeOfNumber, showNumber } from "./place.ts"
