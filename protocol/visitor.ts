/**
 * What a website's visitor and the server say to each other, under /visitor/v1/:sourceId. A visitor reads a
 * narrow stream of his own address: fields are picked one by one, never an agent's row with some removed.
 *
 * The session is a secret `key` that the browser makes with the first message and keeps; the server stores only
 * its hash. So a first message whose answer was lost is simply sent again: same key, same message id, one message.
 */
import { z } from "zod"
import { chatTheme, fileView, launcherSide } from "./rows.ts"
import { captionText, MOST_FILES, saysSomething } from "./text.ts"
import { newUpload } from "./uploads.ts"
import { id, stamp } from "./values.ts"

/**
 * 32 random bytes, base64url. A `j` in front: it opens an address that is not named after it, and ends; so only those
 * have to be looked up.
 */
export const visitorKey = z.string().regex(/^j?[A-Za-z0-9_-]{43}$/)
export const joiningKey = z.string().regex(/^j[A-Za-z0-9_-]{43}$/)

const where = z.object({ url: z.string().max(2_000), title: z.string().max(300) })

/** GET /w/:sourceId.js carries this as JSON inside the loader, so the launcher needs one request. */
export const launcherSettings = z.object({
  sourceId: id,
  company: z.string(),
  accent: z.string(),
  greeting: z.string(),
  side: launcherSide,
  theme: chatTheme,
  /** Instead of the reply time that is measured; empty: that. */
  replyLine: z.string(),
  /** Its path on Parley's own host. */
  logo: z.string().nullable(),
  domains: z.array(z.string()),
  proactive: z
    .object({
      text: z.string(),
      afterSeconds: z.number(),
      pages: z.array(z.string()),
      faces: z.array(z.object({ initials: z.string(), color: z.string(), photo: z.string().nullable() })),
    })
    .nullable(),
})
export type LauncherSettings = z.infer<typeof launcherSettings>

/**
 * An agent as a customer sees him: first name, photo, initials and colour; nothing else of him leaves the workspace.
 * `photo` is a path on Parley's own host, which only who is shown him is told.
 */
export const face = z.object({
  name: z.string(),
  initials: z.string(),
  color: z.string(),
  photo: z.string().nullable(),
})
export type Face = z.infer<typeof face>

/** GET home */
export const homeAnswer = z.object({
  company: z.string(),
  greeting: z.string(),
  faces: z.array(face).max(5),
  availableCount: z.number().int(),
  /** When the team works again; null: it works now, or nobody knows. */
  opensAt: stamp.nullable(),
  /** Median first-reply time of the last days, in minutes; null: not enough answers to be honest about it. */
  replyMinutes: z.number().int().nullable(),
  /** Answers can be mailed. */
  takesEmail: z.boolean(),
})
export type HomeAnswer = z.infer<typeof homeAnswer>

/** POST messages; accepted once per id. 200 means committed. */
export const visitorMessage = z
  .object({
    key: visitorKey,
    id,
    text: captionText,
    fileIds: z.array(id).max(MOST_FILES).optional(),
    page: where.optional(),
    language: z.string().max(35).optional(),
    /** It was written below the proactive message: the agents are shown what that said. */
    answersProactive: z.boolean().optional(),
  })
  .refine(saysSomething, "text-empty")
export const visitorMessageAnswer = z.object({ id, at: stamp })

/**
 * POST files: begins an upload, or says how much of it is there. POST files/:fileId/parts?from=: its next bytes, with
 * the key in the header `authorization: Visitor <key>`. POST files/:fileId/cancel.
 */
export const visitorUpload = newUpload.extend({ key: visitorKey })
export const visitorCancel = z.object({ key: visitorKey })

/** POST seen: everything up to the stamp was on a visible screen. */
export const visitorSeen = z.object({ key: visitorKey, upTo: stamp })

/** POST email: answers that are not seen go there, too; null: no more. */
export const visitorEmail = z.object({ key: visitorKey, email: z.email().max(254).nullable() })
/** Enough to know one's own by. */
export const visitorEmailAnswer = z.object({ mailsTo: z.string().nullable() })

/** POST reopen: what the link in a mail holds, once, for a key to the same address. POST link: mails another one. */
export const linkInMail = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
export const visitorReopening = z.object({ link: linkInMail, key: joiningKey })
export const visitorNewLink = z.object({ link: linkInMail })

/** POST identify: whose the browser is, by its website's word; `key` opens his address from then on. */
export const visitorIdentity = z.object({
  key: joiningKey,
  /** What the browser had. */
  before: visitorKey.optional(),
  proof: z.union([
    z.object({ token: z.string().max(8_000) }),
    z.object({ userId: z.string().min(1).max(200), hash: z.string().max(200) }),
  ]),
})
/** Whether anything was ever written with it. */
export const visitorIdentityAnswer = z.object({ isKnown: z.boolean() })

/** POST leave: the key opens nothing any more. */
export const visitorLeaving = z.object({ key: joiningKey })

/** POST history: older messages than `before`. */
export const visitorHistory = z.object({ key: visitorKey, before: stamp })

/** `path` opens it on Parley's own host for some weeks, to whoever has it; pictures also with `?as=small`. A voice message comes as every browser plays it. */
export const publicFile = fileView.omit({ state: true }).extend({ path: z.string() })

export const publicMessage = z.object({
  id,
  at: stamp,
  /** null: the visitor himself. */
  agent: face.nullable(),
  text: z.string(),
  files: z.array(publicFile),
  /** Of the visitor's own: whether an agent has seen it. */
  isSeen: z.boolean(),
})
export type PublicMessage = z.infer<typeof publicMessage>
export const visitorHistoryAnswer = z.object({ messages: z.array(publicMessage), hasMore: z.boolean() })

/** Socket GET stream. */
export const fromVisitor = z.discriminatedUnion("kind", [
  /** `after` and `afterId`: stamp and id of the latest message the browser has. Where it stands elsewhere by now, all is told anew. */
  z.object({
    kind: z.literal("hello"),
    key: visitorKey,
    after: stamp.optional(),
    afterId: id.optional(),
    page: where.optional(),
    /** IANA, such as `Europe/Paris`: agents see what time it is where he is. */
    timeZone: z.string().max(60).optional(),
  }),
  z.object({ kind: z.literal("page"), page: where }),
  z.object({ kind: z.literal("typing"), isTyping: z.boolean() }),
  z.object({ kind: z.literal("ping") }),
])
export type FromVisitor = z.infer<typeof fromVisitor>

export const toVisitor = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("welcome"),
    /** Whether the server knows the key; if not, nothing was ever written with it. */
    isKnown: z.boolean(),
    /** The latest 50, or those after `after`, oldest first; with `isReset` they replace what the browser has. */
    messages: z.array(publicMessage),
    hasMore: z.boolean(),
    isReset: z.boolean(),
    unread: z.number().int(),
    home: homeAnswer,
    /** Where answers go that he does not see, with most of it left out. */
    mailsTo: z.string().nullable(),
  }),
  /** New or changed messages, oldest first; one with a known id replaces it. */
  z.object({ kind: z.literal("messages"), messages: z.array(publicMessage), unread: z.number().int() }),
  z.object({ kind: z.literal("typing"), agent: face.nullable() }),
  z.object({ kind: z.literal("pong") }),
  /** The key opens nothing any more. */
  z.object({ kind: z.literal("over") }),
  z.object({ kind: z.literal("bye"), why: z.enum(["slow", "stopping"]) }),
])
export type ToVisitor = z.infer<typeof toVisitor>

/** White letters stand on each of them with a contrast of 4.5:1 at least. */
const COLORS = ["#3f6b5c", "#2f6f9f", "#8a5a9e", "#a85b28", "#4b6fb5", "#5b7a3a", "#7c4d5e", "#8a6d1f"]

/** Up to two letters and a colour that stay the same for a name and id. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) =>
    word ? [...word][0] : undefined,
  )
  return letters.join("").toLocaleUpperCase("en")
}

export function colorOf(id: string): string {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return COLORS[sum % COLORS.length] ?? "#3f6b5c"
}
