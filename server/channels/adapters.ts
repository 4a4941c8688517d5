import type { Channel } from "../../protocol/values.ts"
import type { Adapter } from "./contract.ts"
import { createSms } from "./sms/sms.ts"
import { webChat } from "./web-chat/web-chat.ts"

export type Adapters = ReadonlyMap<Channel, Adapter>

/** Every channel there is. `publicUrl` is where providers reach us; unset, they are not asked to call back. */
export function createAdapters(options: { publicUrl: string | undefined }): Adapters {
  const all: Adapter[] = [webChat, createSms(options)]
  return new Map(all.map((adapter) => [adapter.channel, adapter]))
}
