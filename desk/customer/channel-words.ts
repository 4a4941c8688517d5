import type { Channel } from "../../protocol/values.ts"
import { t } from "../texts/texts.ts"

export function channelWords(channel: Channel): string {
  return t(`channel.${channel}`)
}

export function channelIcon(channel: Channel): "chat" | "sms" {
  return channel === "sms" ? "sms" : "chat"
}
