/** The commands by which other programs are let in and told things: keys of the API, and webhooks. */
import { z } from "zod"
import { done } from "./command.ts"
import { name } from "./text.ts"
import { id, stamp } from "./values.ts"

/** What every key begins with, so that scanners for lost secrets know it. */
export const KEY_BEGINNING = "parley_"

/** What a webhook can be told. */
export const webhookEvent = z.enum([
  "conversation.opened",
  "conversation.assigned",
  "conversation.closed",
  "conversation.reopened",
  "message.received",
  "answer.sent",
  "delivery.failed",
  "note.written",
  "label.put",
])
export type WebhookEvent = z.infer<typeof webhookEvent>

const url = z
  .url({ protocol: /^https?$/ })
  .max(1_000)
  .regex(/^[\x21-\x7e]*$/)
  .refine((text) => {
    const { username, password } = URL.canParse(text) ? new URL(text) : {}
    return username === "" && password === ""
  })
const events = z.array(webhookEvent).min(1).max(webhookEvent.options.length)

export const programCommands = {
  /** `key` is answered this once; null where the first answer was lost, and with it the key: revoke it and make another. */
  makeKey: {
    method: "POST",
    path: "/api-keys",
    body: z.object({ id, name: name(60) }),
    answer: z.object({ number: z.number().int(), id, key: z.string().nullable() }),
    sessionOnly: true,
  },
  /** For good: a key that may be in wrong hands must not come back. */
  revokeKey: {
    method: "DELETE",
    path: "/api-keys/:keyId",
    body: z.object({ id }),
    answer: done,
    sessionOnly: true,
  },
  makeWebhook: {
    method: "POST",
    path: "/webhooks",
    body: z.object({ id, url, events }),
    answer: z.object({ number: z.number().int(), id }),
  },
  /** What happens while one is off is never told to it. */
  changeWebhook: {
    method: "PATCH",
    path: "/webhooks/:webhookId",
    body: z.object({ id, url: url.optional(), events: events.optional(), isOn: z.boolean().optional() }),
    answer: done,
  },
  deleteWebhook: { method: "DELETE", path: "/webhooks/:webhookId", body: z.object({ id }), answer: done },
  restoreWebhook: {
    method: "POST",
    path: "/webhooks/:webhookId/restore",
    body: z.object({ id }),
    answer: done,
  },
  /** The old secret signs as well for a day. */
  renewWebhookSecret: {
    method: "POST",
    path: "/webhooks/:webhookId/secret",
    body: z.object({ id }),
    answer: done,
  },
  testWebhook: {
    method: "POST",
    path: "/webhooks/:webhookId/test",
    body: z.object({ id }),
    answer: z.object({ number: z.number().int(), deliveryId: id }),
  },
  resendDelivery: {
    method: "POST",
    path: "/webhooks/:webhookId/deliveries/:deliveryId/resend",
    body: z.object({ id }),
    answer: done,
  },
} as const

/** GET /api/v1/webhooks, admins: the oldest first. */
export const webhooksAnswer = z.object({
  webhooks: z.array(
    z.object({
      id,
      url: z.string(),
      events: z.array(webhookEvent),
      secret: z.string(),
      /** Why it is off: by hand, because it failed for days, or because it answered that it is gone. */
      off: z.enum(["by-hand", "failing", "gone"]).nullable(),
      failingSince: stamp.nullable(),
    }),
  ),
})

/** GET /api/v1/webhooks/:webhookId/deliveries, admins: the latest hundred, the newest first. */
export const deliveriesAnswer = z.object({
  deliveries: z.array(
    z.object({
      id,
      /** One of the events, or `test`. */
      event: z.string(),
      state: z.enum(["waiting", "delivered", "failed"]),
      attempts: z.number().int(),
      createdAt: stamp,
      triedAt: stamp.nullable(),
      /** Of HTTP; null where there was no answer. */
      status: z.number().int().nullable(),
      tookMs: z.number().int().nullable(),
      /** How the answer began, or why there was none. */
      answer: z.string().nullable(),
    }),
  ),
})

/** GET /api/v1/api-keys, admins: those that were not revoked, the newest first. */
export const keysAnswer = z.object({
  keys: z.array(
    z.object({
      id,
      name: z.string(),
      agentId: id,
      /** The beginning of the key. */
      beginning: z.string(),
      createdAt: stamp,
      /** To within ten minutes; null: never. */
      usedAt: stamp.nullable(),
    }),
  ),
})
