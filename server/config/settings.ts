import { isIP } from "node:net"
import { z } from "zod"

export type Setting = {
  /** The name in the environment. */
  name: string
  rule: z.ZodType
  /** What the default is, in words, where it is not a plain value. */
  otherwise?: string
  /** Written into docs/configuration.md as it stands. */
  prose: string
}

const roles = ["http", "stream", "jobs"] as const
export type Role = (typeof roles)[number]

const url = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)),
      `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
    )

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .refine((number) => number >= from && number <= to, `must be between ${from} and ${to}`)

const words = z.string().transform((text) =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== ""),
)

/** As fastify's `trustProxy` takes them. */
function isAddressOrNetwork(text: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return true
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  return version > 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128))
}

/** Field of `Config` → how it is read. The order is the order of the documentation. */
export const settings = {
  port: {
    name: "PORT",
    rule: wholeNumber(0, 65535).default(8080),
    prose: "The port Parley listens on. 0 takes any free one.",
  },
  host: {
    name: "HOST",
    rule: z.string().default("0.0.0.0"),
    prose:
      "The network address Parley listens on. Use `127.0.0.1` when a proxy on the same machine stands in front.",
  },
  publicUrl: {
    name: "PARLEY_URL",
    rule: url("http", "https")
      .transform((text) => text.replace(/\/+$/, ""))
      .optional(),
    otherwise: "taken from each request, as seen through the trusted proxies",
    prose:
      "The address people and providers reach Parley at, such as `https://chat.example.com`. Needed for SMS (signatures cover it), for links in e-mail, and for passkeys, which open no other host than this.",
  },
  dataFolder: {
    name: "PARLEY_DATA",
    rule: z.string().min(1, "must not be empty").default("./data"),
    prose: "The folder of everything Parley keeps: the database, files, secrets. Back it up.",
  },
  databaseUrl: {
    name: "DATABASE_URL",
    rule: url("postgres", "postgresql").optional(),
    otherwise: "Parley starts its own PostgreSQL in the data folder",
    prose: "A PostgreSQL of yours, version 15 or newer. Its user must be allowed to create tables.",
  },
  s3Url: {
    name: "S3_URL",
    rule: url("http", "https")
      .transform((text) => text.replace(/\/+$/, ""))
      .optional(),
    otherwise: "files lie in the data folder",
    prose:
      "The address of a bucket of S3-compatible object storage for files, such as `https://my-bucket.s3.eu-central-1.amazonaws.com` or `https://minio.example.com/my-bucket`. Needed when Parley runs on several machines. The key must be allowed to read, write and list.",
  },
  s3Region: {
    name: "S3_REGION",
    rule: z.string().default("us-east-1"),
    prose: "The region of that bucket, where its storage has regions.",
  },
  s3KeyId: {
    name: "S3_ACCESS_KEY_ID",
    rule: z.string().optional(),
    otherwise: "needed when `S3_URL` is set",
    prose: "The id of the key to that bucket.",
  },
  s3Secret: {
    name: "S3_SECRET_ACCESS_KEY",
    rule: z.string().optional(),
    otherwise: "needed when `S3_URL` is set",
    prose: "The secret of that key.",
  },
  mostFileMegabytes: {
    name: "PARLEY_MAX_FILE_MB",
    rule: wholeNumber(1, 100_000).default(500),
    prose: "The largest file that agents and visitors may send, in megabytes of a million bytes.",
  },
  databaseConnections: {
    name: "PARLEY_DATABASE_CONNECTIONS",
    rule: wholeNumber(2, 500).default(16),
    prose: "How many connections to the database one process opens at most.",
  },
  natsUrls: {
    name: "NATS_URL",
    rule: words.pipe(z.array(url("nats", "tls")).min(1, "must name a server")).optional(),
    otherwise: "wake-ups between processes go through PostgreSQL",
    prose:
      "A NATS server that carries wake-ups, presence and typing between processes, such as `nats://user:password@nats.example.com:4222` or `tls://…`; several of one cluster are separated by commas. Nothing is lost while it is down. All processes on one database need the same setting.",
  },
  roles: {
    name: "PARLEY_ROLES",
    rule: words
      .pipe(
        z.array(z.enum(roles, `must be some of ${roles.join(", ")}`)).min(1, "must name at least one role"),
      )
      .transform((list): ReadonlySet<Role> => new Set(list))
      .default(new Set(roles)),
    otherwise: "`http,stream,jobs`",
    prose:
      "What this process does: answer requests, hold live connections, run jobs. Several processes on one database may share the work.",
  },
  stopNotice: {
    name: "PARLEY_STOP_NOTICE",
    rule: wholeNumber(0, 300).default(0),
    prose:
      "How many seconds a process that is told to stop still serves everybody while `/healthz` says 503, so that a balancer sends nobody new. One check of the balancer more is right; 0 where there is one process.",
  },
  signup: {
    name: "PARLEY_SIGNUP",
    rule: z.enum(["closed", "open"], "must be closed or open").default("closed"),
    prose:
      "Whether anybody may create a further workspace. The first one can always be created; afterwards people come by invitation.",
  },
  trustedProxies: {
    name: "PARLEY_TRUSTED_PROXIES",
    rule: words
      .pipe(
        z.array(
          z
            .string()
            .refine(isAddressOrNetwork, "must be addresses or networks, such as 127.0.0.1,10.0.0.0/8"),
        ),
      )
      .default([]),
    otherwise: "none",
    prose:
      "Addresses or networks of the proxies in front, separated by commas, such as `127.0.0.1` or `10.0.0.0/8`; also `loopback` and `uniquelocal`. Only these are believed about the address a request came from.",
  },
  secret: {
    name: "PARLEY_SECRET",
    rule: z.string().min(32, "must have at least 32 characters").optional(),
    otherwise: "one is generated and kept in the database",
    prose: "The secret that sessions and links are signed with. Changing it signs everybody out.",
  },
  smtpUrl: {
    name: "SMTP_URL",
    rule: url("smtp", "smtps").optional(),
    otherwise: "no mail is sent; invitations are links to hand on",
    prose: "The mail server used for outgoing mail, such as `smtps://user:password@mail.example.com`.",
  },
  mailFrom: {
    name: "PARLEY_MAIL_FROM",
    rule: z.string().regex(/@/, "must be an e-mail address").optional(),
    otherwise: "needed when `SMTP_URL` is set",
    prose: "The sender of that mail, such as `Parley <parley@example.com>`.",
  },
  webhooksInside: {
    name: "PARLEY_WEBHOOKS_INSIDE",
    rule: z
      .enum(["yes", "no"], "must be yes or no")
      .default("no")
      .transform((word) => word === "yes"),
    otherwise: "`no`",
    prose:
      "Whether webhooks may lead to addresses that are not of the public internet: this machine and its network. Every admin of a workspace can then make Parley speak to what stands there, so say `yes` only where all of them may.",
  },
  pushServices: {
    name: "PARLEY_PUSH_SERVICES",
    rule: words.pipe(z.array(url("http", "https").transform((text) => new URL(text).origin))).default([]),
    otherwise: "none; those of the browsers' makers need no setting",
    prose:
      "Push services of your own, such as `https://push.example.com`, separated by commas: they may be inside your network. All others must be reached by https and outside of it.",
  },
  logLevel: {
    name: "PARLEY_LOG_LEVEL",
    rule: z
      .enum(
        ["fatal", "error", "warn", "info", "debug", "silent"],
        "must be fatal, error, warn, info, debug or silent",
      )
      .default("info"),
    prose: "How much is written to the log. Texts of messages are never written at any level.",
  },
  metricsToken: {
    name: "PARLEY_METRICS_TOKEN",
    rule: z.string().min(16, "must have at least 16 characters").optional(),
    otherwise: "there is no `/metrics` and nothing is counted",
    prose:
      "Whoever sends it as `Authorization: Bearer …` may read `/metrics`, the figures of this process for Prometheus.",
  },
  changesKeptDays: {
    name: "PARLEY_CHANGES_KEPT_DAYS",
    rule: wholeNumber(1, 3650).default(7),
    prose:
      "How many days a browser may have been away and still catch up change by change. After that it loads everything anew.",
  },
  changesKeptMost: {
    name: "PARLEY_CHANGES_KEPT_MOST",
    rule: wholeNumber(1000, 100_000_000).default(200_000),
    prose: "The most changes kept for that purpose in one workspace.",
  },
} satisfies Record<string, Setting>

/** The text of docs/configuration.md. */
export function describeSettings(): string {
  const entries = Object.values<Setting>(settings).map((setting) => {
    const value = setting.rule.safeParse(undefined).data
    const otherwise = setting.otherwise ?? `\`${String(value)}\``
    return `## ${setting.name}\n\n${setting.prose}\n\nUnless set: ${otherwise}.\n`
  })
  return `# Configuration

<!-- Written by \`node tools/describe-configuration.ts\` from server/config/settings.ts. -->

Parley is configured by environment variables. All of them are optional. They are read once, at start;
when something is wrong, every problem is listed and nothing is started.

${entries.join("\n")}`
}
