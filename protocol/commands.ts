/**
 * The REST commands under /api/v1 that change something in a conversation or in the workspace: method, path,
 * what is sent and what is answered. Desk and foreign programs use the same ones; OpenAPI is made from them.
 *
 * Every command carries an `id` made by its sender. Repeating one returns the first answer and does nothing
 * again. `number` in the answer is the change the command became: a client that has applied it shows the truth.
 */
import { z } from "zod"
import { command, done } from "./command.ts"
import { workingHours } from "./hours.ts"
import { labelColor, newLabel } from "./labels.ts"
import { notificationPreference } from "./notifications.ts"
import { programCommands } from "./programs.ts"
import { chatTheme, inboxPreference, launcherSide, proactiveMessage } from "./rows.ts"
import { MOST_TEXT, messageText, name } from "./text.ts"
import { channel, deliveryMode, id, inboxKey, language, role, stamp } from "./values.ts"

const made = z.object({ number: z.number().int(), id })
export const newPassword = z.string().min(10).max(200)
export const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())
/** What providers and we ourselves make up; no text of a person. The database takes neither NUL nor half a character. */
const printable = /^[\x20-\x7e]*$/
const authToken = z.string().min(8).max(200).regex(printable)
const apiBase = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .regex(printable)
/** E.164. */
const phoneNumber = z.string().regex(/^\+[1-9]\d{4,14}$/)
/** As browsers say it, whatever was pasted: a host, or an address with one. */
const domain = z
  .string()
  .max(2_000)
  .transform((text) => URL.parse(text.includes("://") ? text : `https://${text}`)?.hostname ?? "")
  .refine((host) => host !== "" && host.length <= 253, "no-domain")
const pagePath = z
  .string()
  .max(500)
  .regex(/^[/*]\S*$/, "no-page")

const reply = z.object({
  name: name(60),
  /** At most half of what a message may hold, so that there is room for more. */
  text: messageText.refine((text) => text.length <= MOST_TEXT / 2, "text-too-long"),
  teamId: id.nullable(),
})

/** Characters of base64. */
const MOST_LOGO = 200_000

export const workspaceCommands = {
  setAvailability: command("PUT", "/me/availability", z.object({ id, awayByHand: z.boolean() }), done),
  setTeamOff: command("PUT", "/me/teams/:teamId", z.object({ id, isOff: z.boolean() }), done),
  setInbox: command("PUT", "/me/inboxes/:inbox", z.object({ id, preference: inboxPreference }), done),
  /** Whether the desk of this agent sends answers that can be taken back for UNDO_SECONDS. */
  setUndoSend: command("PUT", "/me/undo-send", z.object({ id, isOn: z.boolean() }), done),
  /** What he reads the desk, mails and notifications in, on all his devices; null: what each browser asks for. */
  setLanguage: command("PUT", "/me/language", z.object({ id, language: language.nullable() }), done),
  /** The browser that asks takes pushes from now on: what its `PushManager` answered. */
  addDevice: {
    ...command(
      "PUT",
      "/me/devices",
      z.object({
        id,
        endpoint: z
          .url({ protocol: /^https?$/ })
          .max(1_000)
          .regex(printable),
        /** An uncompressed point of P-256 and sixteen bytes, in base64url. */
        keys: z.object({
          p256dh: z.string().regex(/^B[\w-]{86}=?$/),
          auth: z.string().regex(/^[\w-]{22}={0,2}$/),
        }),
      }),
      done,
    ),
    sessionOnly: true,
  },
  removeDevice: {
    ...command("DELETE", "/me/devices", z.object({ id, endpoint: z.string().max(1_000) }), done),
    sessionOnly: true,
  },
  setNotifications: command(
    "PUT",
    "/me/notifications",
    z.object({ id, preference: notificationPreference }),
    done,
  ),
  /** PUT /me/photo?id= sets it: its body is a picture, of whatever size and kind. */
  removePhoto: command("DELETE", "/me/photo", z.object({ id }), done),
  renameSelf: command("PATCH", "/me", z.object({ id, name: name() }), done),
  changeAgent: command(
    "PATCH",
    "/agents/:agentId",
    z.object({
      id,
      role: role.optional(),
      capacity: z.number().int().min(0).max(10_000).nullable().optional(),
      isDisabled: z.boolean().optional(),
    }),
    done,
  ),
  makeTeam: command(
    "POST",
    "/teams",
    z.object({ id, name: name(60), memberIds: z.array(id).max(1_000) }),
    made,
  ),
  changeTeam: command(
    "PATCH",
    "/teams/:teamId",
    z.object({
      id,
      name: name(60).optional(),
      deliveryMode: deliveryMode.optional(),
      offerSeconds: z.number().int().min(5).max(86_400).optional(),
      returnsWhenAway: z.boolean().optional(),
      hours: workingHours.nullable().optional(),
      memberIds: z.array(id).max(1_000).optional(),
    }),
    done,
  ),
  /** Writes to a phone number first, from one of the agent's SMS numbers. The command's id becomes the message's. */
  startConversation: command(
    "POST",
    "/conversations",
    z.object({ id, sourceId: id, to: phoneNumber, text: messageText, isUndoable: z.boolean().optional() }),
    z.object({ number: z.number().int(), conversationId: id }),
  ),
  makeLabel: command("POST", "/labels", newLabel.extend({ id }), made),
  changeLabel: command("PATCH", "/labels/:labelId", newLabel.partial().extend({ id }), done),
  /** What carries it is shown with `into` from now on; null takes a merge back. */
  mergeLabel: command("PUT", "/labels/:labelId/merged", z.object({ id, into: id.nullable() }), done),
  deleteLabel: command("DELETE", "/labels/:labelId", z.object({ id }), done),
  /** Takes a deletion back. */
  restoreLabel: command("POST", "/labels/:labelId/restore", z.object({ id }), done),
  makeReply: command("POST", "/saved-replies", reply.extend({ id }), made),
  changeReply: command("PATCH", "/saved-replies/:replyId", reply.partial().extend({ id }), done),
  deleteReply: command("DELETE", "/saved-replies/:replyId", z.object({ id }), done),
  restoreReply: command("POST", "/saved-replies/:replyId/restore", z.object({ id }), done),
  /** Owners: whoever signs in from then on needs a second factor to get in. */
  requireTwoFactors: command("PUT", "/workspace/two-factors", z.object({ id, isOn: z.boolean() }), done),
  /** Of a colleague who has lost his: codes and passkeys are gone, and his password is enough. */
  resetTwoFactors: {
    ...command("DELETE", "/agents/:agentId/two-factors", z.object({ id }), done),
    sessionOnly: true,
  },
  /** Admins: the pages that messages name are asked what they are, or not. */
  showPreviews: command("PUT", "/workspace/previews", z.object({ id, isOn: z.boolean() }), done),
  renameWorkspace: command("PATCH", "/workspace", z.object({ id, name: name() }), done),
  invite: command(
    "POST",
    "/invitations",
    z.object({
      id,
      role: role.exclude(["owner"]).default("agent"),
      email: email.optional(),
      teamIds: z.array(id).max(100).default([]),
    }),
    z.object({ id, link: z.string(), isMailed: z.boolean() }),
  ),
  withdrawInvitation: command("DELETE", "/invitations/:invitationId", z.object({ id }), done),
  makeSource: command(
    "POST",
    "/sources",
    z.object({
      id,
      name: name(60),
      teamId: id,
      settings: z.discriminatedUnion("channel", [
        z.object({ channel: z.literal("web-chat") }),
        z.object({
          channel: z.literal("sms"),
          number: phoneNumber,
          accountId: z.string().regex(/^AC[0-9a-fA-F]{32}$/),
          authToken,
          apiBase: apiBase.default("https://api.twilio.com"),
        }),
      ]),
    }),
    made,
  ),
  changeSource: command(
    "PATCH",
    "/sources/:sourceId",
    z.object({
      id,
      name: name(60).optional(),
      teamId: id.optional(),
      settings: z
        .discriminatedUnion("channel", [
          z.object({
            channel: z.literal("web-chat"),
            greeting: name(200).optional(),
            title: z.string().trim().max(60).optional(),
            replyLine: z.string().trim().max(100).optional(),
            theme: chatTheme.optional(),
            /** A picture in base64, of which we make our own; null takes the logo away. */
            logo: z.base64().max(MOST_LOGO).nullable().optional(),
            accent: z
              .string()
              .regex(/^#[0-9a-f]{6}$/i)
              .optional(),
            proactive: proactiveMessage
              .extend({ text: name(300), pages: z.array(pagePath).max(50).default([]) })
              .nullable()
              .optional(),
            side: launcherSide.optional(),
            domains: z.array(domain).max(50).optional(),
          }),
          z.object({
            channel: z.literal("sms"),
            authToken: authToken.optional(),
            apiBase: apiBase.optional(),
          }),
        ])
        .optional(),
    }),
    done,
  ),
  /** `secret` is answered this once; null where the first answer was lost, and with it the secret: make another. */
  changeIdentitySecret: {
    method: "POST",
    path: "/sources/:sourceId/identity-secret",
    body: z.object({ id, change: z.enum(["make", "end-earlier"]) }),
    answer: z.object({ number: z.number().int(), secret: z.string().nullable() }),
  },
  ...programCommands,
} as const
export type WorkspaceCommand = keyof typeof workspaceCommands

/** What is asked before there is an agent. */
export const accountCommands = {
  /** First start, or further workspaces with PARLEY_SIGNUP=open. Name, e-mail and password are left out by someone signed in. */
  createWorkspace: command(
    "POST",
    "/workspaces",
    z.object({
      id,
      company: name(),
      name: name().optional(),
      email: email.optional(),
      password: newPassword.optional(),
    }),
    z.object({ workspaceId: id }),
  ),
  signOut: command("POST", "/sign-out", z.object({}), z.object({})),
  acceptInvitation: command(
    "POST",
    "/invitations/:token/accept",
    z.object({ name: name().optional(), email: email.optional(), password: newPassword.optional() }),
    z.object({ workspaceId: id }),
  ),
  forgotPassword: command("POST", "/forgot-password", z.object({ email }), z.object({})),
  resetPassword: command(
    "POST",
    "/reset-password",
    z.object({ token: z.string().max(500).regex(printable), password: newPassword }),
    z.object({}),
  ),
} as const

/** GET /api/v1/session: what the desk asks first. Without a session `user` is null. */
export const sessionAnswer = z.object({
  /** No workspace exists yet: show "Create your workspace". */
  needsFirstWorkspace: z.boolean(),
  signupOpen: z.boolean(),
  canMail: z.boolean(),
  /** Somebody may sign in with a passkey. What is younger than a desk's own copy of the answer has a default. */
  canPasskey: z.boolean().default(false),
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  /** Workspaces the user may enter; `agentId` is who he is there. `needsTwoFactors`: it is closed to him until he has them. */
  workspaces: z.array(
    z.object({ id, name: z.string(), agentId: id, needsTwoFactors: z.boolean().default(false) }),
  ),
})
export type SessionAnswer = z.infer<typeof sessionAnswer>

/** GET /api/v1/invitations/:token, for the page that accepts one. */
export const invitationAnswer = z.object({
  company: z.string(),
  invitedBy: z.string(),
  email: z.string().nullable(),
})
/** GET /api/v1/invitations, admins. */
export const invitationsAnswer = z.object({
  invitations: z.array(z.object({ id, role, email: z.string().nullable(), expiresAt: stamp, createdBy: id })),
})

/** GET /api/v1/me: on whose behalf the request spoke. */
export const meAnswer = z.object({
  workspaceId: id,
  agentId: id,
  name: z.string(),
  role,
  teamIds: z.array(id),
})
/** GET /api/v1/me/devices: the key that a browser subscribes with, and which of the agent's are known. */
export const devicesAnswer = z.object({ publicKey: z.string(), endpoints: z.array(z.string()) })

/** GET /api/v1/labels. `count`: the messages that carry it; null for whoever may not see all of them. */
export const labelsAnswer = z.object({
  labels: z.array(z.object({ id, name: z.string(), color: labelColor, count: z.number().int().nullable() })),
})

/** GET /api/v1/saved-replies. */
export const repliesAnswer = z.object({
  replies: z.array(
    z.object({ id, name: z.string(), text: z.string(), teamId: id.nullable(), uses: z.number().int() }),
  ),
})

/** The workspace a request speaks of; may be left out by a user who belongs to one only. */
export const WORKSPACE_HEADER = "parley-workspace"

/** In a query a name is repeated for each of several values. */
const several = <T extends z.ZodType>(one: T, most: number) =>
  z.union([z.array(one).max(most), one.transform((only) => [only])])

/** GET /api/v1/conversations: a page of an inbox, closed ones or more than the replica holds. Answer: `page`. */
export const conversationsQuery = z.object({
  inbox: inboxKey,
  closed: z.stringbool().default(false),
  /** Of the open ones those that are put off, instead of the others. Mentions shows both. */
  snoozed: z.stringbool().default(false),
  /** Only those of these teams, and only those shown with one of these channels. */
  teamIds: several(id, 100).optional(),
  channels: several(channel, 20).optional(),
  /** By the latest update. */
  order: z.enum(["latest", "oldest"]).default("latest"),
  /** `updatedAt` and id of the last row of the page before: what stands after it in this order is answered. */
  beforeAt: stamp.optional(),
  beforeId: id.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
/**
 * GET /api/v1/conversations/:conversationId (answer: `page` with the one row) and
 * GET /api/v1/conversations/:conversationId/entries (answer: `page`, rows oldest first): the latest entries, those
 * before a stamp, those after one, or those around an entry that a link names.
 */
export const entriesQuery = z.object({
  before: stamp.optional(),
  after: stamp.optional(),
  around: id.optional(),
  /** Only this note and what answers it. */
  thread: id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
