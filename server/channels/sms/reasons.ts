import type { SmsReason } from "../../../protocol/sms.ts"

// https://www.twilio.com/docs/api/errors
const reasons: Readonly<Record<number, SmsReason>> = {
  20003: "sign-in-failed",
  20005: "account-suspended",
  20404: "sign-in-failed",
  20429: "too-often",
  21211: "number-invalid",
  21212: "sender-unusable",
  21214: "number-invalid",
  21217: "number-invalid",
  21408: "country-not-enabled",
  21601: "sender-unusable",
  21602: "refused",
  21603: "sender-unusable",
  21606: "sender-unusable",
  21608: "number-not-verified",
  21610: "opted-out",
  21611: "too-often",
  21612: "not-reachable-from-here",
  21614: "not-mobile",
  21617: "too-long",
  21659: "sender-unusable",
  21660: "sender-unusable",
  30001: "too-often",
  30002: "account-suspended",
  30003: "phone-unreachable",
  30004: "blocked",
  30005: "number-unknown",
  30006: "not-mobile",
  30007: "filtered",
  30008: "carrier-failed",
  30032: "sender-unregistered",
  30034: "sender-unregistered",
  30038: "filtered",
  30410: "carrier-failed",
  30453: "filtered",
  30454: "blocked",
  30500: "carrier-failed",
}

export function reasonOf(code: number | null): SmsReason {
  return (code === null ? undefined : reasons[code]) ?? "refused"
}
