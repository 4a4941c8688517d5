import type { Channel } from "../../protocol/values.ts"
import { outsideOnly } from "../files/files.ts"
import type { Adapter } from "./contract.ts"
import { createSms } from "./sms/sms.ts"
import { webChat } from "./web-chat/web-chat.ts"

export type Adapters = ReadonlyMap<Channel, Adapter>

/**
 * Every channel there is. `publicUrl` is where providers reach us; unset, they are not asked to call back. Where
 * anybody may sign up, anybody may name a provider, so none inside our network is spoken to.
 */
export function createAdapters(options: {
  publicUrl: string | undefined
  signup?: "closed" | "open"
}): Adapters {
  const { publicUrl, signup } = options
  const refused = () => new Error("A provider lies inside our network.")
  const connection = (url: URL) => (signup === "open" ? outsideOnly(url, refused) : {})
  const all: Adapter[] = [webChat, createSms({ publicUrl, connection })]
  return new Map(all.map((adapter) => [adapter.channel, adapter]))
}
