import { MOST_TEXT } from "../../../protocol/text.ts"
import type { StreamAdapter } from "../contract.ts"

/** The website's chat: visitors are connected to us, so nobody has to be asked to deliver. */
export const webChat: StreamAdapter = {
  channel: "web-chat",
  capabilities: { delivery: "stream", maxText: MOST_TEXT, isIdempotent: true, takesFiles: true, linkText: 0 },
}
