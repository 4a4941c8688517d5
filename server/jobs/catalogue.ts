import { z } from "zod"

const id = z.uuid()
const time = z.string()

/** Every job with its payload. The module that offers the handler is named in the comment. */
export const catalogue = {
  /** conversations: hand a message to its channel. */
  deliver: z.object({ entryId: id }),
  /** conversations: an answer that its author has not taken back in time. */
  "send-held": z.object({ entryId: id }),
  /** conversations: an offer nobody accepted in time. */
  "end-offer": z.object({ conversationId: id, offerId: id }),
  /** conversations: the time has come to which one was put off. */
  "end-snooze": z.object({ conversationId: id, until: time }),
  /** team: nobody's app has been connected for a while. */
  "auto-away": z.object({ agentId: id }),
  /** team: its working hours begin or end. */
  "follow-hours": z.object({ teamId: id }),
  /** conversations: the assignee did not come back in time. */
  "return-to-queue": z.object({ conversationId: id, assigneeId: id, since: time }),
  /** conversations: the agent is away, disabled or no longer in the team (null: any); what he holds is released. */
  "release-agent": z.object({
    agentId: id,
    why: z.enum(["away", "disabled", "left-team"]),
    teamId: id.nullable(),
  }),
  /** channels: what a provider took while we were down. */
  "fetch-missed": z.object({ sourceId: id }),
  /** conversations: an attachment that is still at the provider. */
  "fetch-media": z.object({ entryId: id, fileId: id }),
  /** files: the sound of a voice message, so that whoever listens first need not wait for it. */
  "make-sound": z.object({ fileId: id }),
  /** previews: what the page says of itself that a message or note names. */
  "fetch-preview": z.object({ entryId: id }),
  /** previews: those that no message shows, because a customer was erased. */
  "forget-previews": z.object({}),
  /** webhooks: tell one of them something. */
  "deliver-webhook": z.object({ deliveryId: id }),
  /** webhooks: what they were told of conversations that are erased. */
  "forget-told": z.object({ conversationIds: z.array(id) }),
  /** notifications: answers that a website's visitor has not seen. */
  "mail-answers": z.object({ addressId: id }),
  /** notifications: one e-mail, with where its reader says that he wants no more like it. */
  "send-mail": z.object({
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    unsubscribe: z.string().optional(),
  }),
  /** notifications: what an agent has not read. */
  "mail-agent": z.object({ agentId: id, conversationId: id, what: z.enum(["offer", "mention"]) }),
  /** notifications: one push to one browser. */
  "notify-device": z.object({
    deviceId: id,
    conversationId: id,
    what: z.enum(["offer", "mine", "mention", "unassigned", "read"]),
  }),
  /** sync: old changes, commands and jobs. */
  trim: z.object({}),
} satisfies Record<string, z.ZodObject>

export type JobCatalogue = typeof catalogue
export type JobName = keyof JobCatalogue
export type Payload<Name extends JobName> = z.output<JobCatalogue[Name]>

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(catalogue, name)
}

export function parsePayload<Name extends JobName>(name: Name, payload: unknown): Payload<Name> {
  // The schema of this very name has accepted it; TypeScript does not follow the name through the record.
  return catalogue[name].parse(payload) as Payload<Name>
}
