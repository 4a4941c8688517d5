/** JSON schemas as the document of the API holds them, said in a few words and by an example. */
import { z } from "zod"

export type Schema = {
  $ref?: string | undefined
  /** One, or several: `["string", "null"]`. */
  type?: string | string[] | undefined
  const?: unknown
  enum?: unknown[] | undefined
  format?: string | undefined
  pattern?: string | undefined
  description?: string | undefined
  default?: unknown
  minLength?: number | undefined
  maxLength?: number | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  properties?: Record<string, Schema> | undefined
  required?: string[] | undefined
  items?: Schema | undefined
  minItems?: number | undefined
  additionalProperties?: Schema | boolean | undefined
  anyOf?: Schema[] | undefined
  oneOf?: Schema[] | undefined
}

export const schema: z.ZodType<Schema> = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  get properties() {
    return z.record(z.string(), schema).optional()
  },
  required: z.array(z.string()).optional(),
  minItems: z.number().optional(),
  get items() {
    return schema.optional()
  },
  get additionalProperties() {
    return z.union([schema, z.boolean()]).optional()
  },
  get anyOf() {
    return z.array(schema).optional()
  },
  get oneOf() {
    return z.array(schema).optional()
  },
})

/** The name behind a `$ref`; what is sent looks like what is answered, so both go by one name. */
export function nameOf(ref: string): string {
  return (ref.split("/").at(-1) ?? "").replace(/Input$/, "")
}

/** As TypeScript would say it, with bounds behind; names of schemas are links. Escaped HTML. */
export function wordsOf(of: Schema, indent = ""): string {
  if (of.$ref !== undefined) return `<a href="#${nameOf(of.$ref)}">${nameOf(of.$ref)}</a>`
  if (of.enum !== undefined) return of.enum.map((value) => escape(JSON.stringify(value))).join(" | ")
  if (of.const !== undefined) return escape(JSON.stringify(of.const))
  const choices = of.anyOf ?? of.oneOf
  if (choices !== undefined) return choices.map((choice) => wordsOf(choice, indent)).join(" | ")
  if (typesOf(of).includes("array")) return `${wordsOf(of.items ?? {}, indent)}[]`
  if (of.properties !== undefined) return fieldsOf(of, indent)
  if (typeof of.additionalProperties === "object")
    return `{ [name]: ${wordsOf(of.additionalProperties, indent)} }`
  return `${typesOf(of).join(" | ") || "anything"}${boundsOf(of)}`
}

function fieldsOf({ properties = {}, required = [] }: Schema, indent: string): string {
  const deeper = `${indent}  `
  const lines = Object.entries(properties).map(([name, field]) => {
    const isOptional = !required.includes(name)
    const otherwise = field.default === undefined ? "" : ` = ${escape(JSON.stringify(field.default))}`
    return `${deeper}${escape(name)}${isOptional ? "?" : ""}: ${wordsOf(field, deeper)}${otherwise}`
  })
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`
}

/** One, or several as in `["string", "null"]`. */
function typesOf({ type }: Schema): string[] {
  return type === undefined || Array.isArray(type) ? (type ?? []) : [type]
}

function boundsOf(of: Schema): string {
  const { format, minLength, maxLength, minimum, maximum } = of
  const isText = typesOf(of).includes("string")
  const [least, most] = isText ? [minLength, maxLength] : [minimum, maximum]
  const isBound = (number: number | undefined): number is number =>
    number !== undefined && Math.abs(number) < Number.MAX_SAFE_INTEGER
  const range = isBound(most) ? `${least ?? 0}–${most}` : isBound(least) ? `${least} or more` : undefined
  const unit = isText && range !== undefined ? `${range} characters` : range
  const words = [format, unit].filter((word) => word !== undefined)
  return words.length === 0 ? "" : ` <i>(${escape(words.join(", "))})</i>`
}

const EXAMPLES: Record<string, unknown> = {
  Id: "0199f3a0-5c1e-7d3a-9b1f-2f6c8a7e4d10",
  // Nobody is merged with himself.
  "Id otherId": "0199f3a0-5c1e-7d3a-9b1f-2f6c8a7e4d11",
  Moment: "2026-11-23T09:30:00.000000Z",
  InboxKey: "me",
  number: "+46701234567",
  to: "+46701234567",
  accountId: `AC${"0".repeat(32)}`,
  authToken: "a-secret-of-the-provider",
  apiBase: "https://api.twilio.com",
  accent: "#2457d6",
  email: "ada@acme.example",
  url: "https://acme.example/hook",
  endpoint: "https://push.example/a-browser",
  p256dh: `B${"A".repeat(86)}`,
  auth: "A".repeat(22),
  password: "correct horse battery",
  newPassword: "another horse battery",
  token: "the-end-of-the-link",
  /** Long enough for all that must be of some length. */
  text: "Hello",
  timeZone: "Europe/Stockholm",
}

/** Something the schema accepts: what must be there, and what may be if nothing must. */
export function exampleOf(of: Schema, name: string, named: ReadonlyMap<string, Schema>): unknown {
  if (of.$ref !== undefined)
    return (
      EXAMPLES[`${nameOf(of.$ref)} ${name}`] ??
      EXAMPLES[nameOf(of.$ref)] ??
      exampleOf(named.get(nameOf(of.$ref)) ?? {}, name, named)
    )
  const choice = of.anyOf?.[0] ?? of.oneOf?.[0]
  if (choice !== undefined) return exampleOf(choice, name, named)
  if (of.enum !== undefined) return of.enum[0]
  if (of.const !== undefined) return of.const
  if (of.properties !== undefined) {
    const { properties, required = [] } = of
    const wanted = Object.keys(properties).filter((key) => required.includes(key))
    const shown = wanted.some((key) => key !== "id") ? wanted : Object.keys(properties)
    return Object.fromEntries(shown.map((key) => [key, exampleOf(properties[key] ?? {}, key, named)]))
  }
  const [type] = typesOf(of)
  if (type === "array")
    return Array.from({ length: of.minItems ?? 0 }, () => exampleOf(of.items ?? {}, name, named))
  if (type === "object") return {}
  if (type === "boolean") return true
  if (type === "integer" || type === "number") return of.minimum ?? 1
  return EXAMPLES[name] ?? EXAMPLES["text"]
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}
