import { createHash } from "node:crypto"
import { z } from "zod"
import { escape, exampleOf, nameOf, schema, wordsOf, type Schema } from "./api-schema.ts"
import type { App } from "./route.ts"

const content = z.object({ "application/json": z.object({ schema }) }).optional()
const operation = z.object({
  tags: z.array(z.string()).default([]),
  summary: z.string().default(""),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().default(false), schema }))
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content })),
})
const document = z.object({
  info: z.object({ description: z.string() }),
  tags: z.array(z.object({ name: z.string() })),
  components: z.object({ schemas: z.record(z.string(), schema) }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
})
type Operation = z.output<typeof operation>
type Named = ReadonlyMap<string, Schema>

/**
 * GET /api: the document of the API to read, made of it once. It is one page without a script, so that the browser's own
 * search finds everything, and no request but its own is let out of it.
 */
export function apiPageRoute(app: App): void {
  let made: string | undefined
  app.get("/api", { schema: { hide: true } }, async (_request, reply) => {
    made ??= pageOf(document.parse(app.swagger()))
    return reply
      .header("content-security-policy", POLICY)
      .header("cache-control", "no-cache")
      .type("text/html; charset=utf-8")
      .send(made)
  })
}

function pageOf({ info, tags, components, paths }: z.output<typeof document>): string {
  const named: Named = new Map(
    Object.entries(components.schemas).flatMap(([name, each]) =>
      name.endsWith("Input") && nameOf(name) in components.schemas ? [] : [[nameOf(name), each]],
    ),
  )
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({ method: method.toUpperCase(), path, each })),
  )
  const groups = tags.map(({ name }) => ({
    name,
    // What can be looked at first.
    all: operations
      .filter(({ each }) => each.tags.includes(name))
      .toSorted((one, other) => Number(other.method === "GET") - Number(one.method === "GET")),
  }))
  const links = groups.map(
    ({ name, all }) =>
      `<li><a href="#${anchorOf(name)}">${escape(name)}</a><ul>${all
        .map((each) => `<li><a href="#${anchorOf(titleOf(each))}">${escape(each.each.summary)}</a></li>`)
        .join("")}</ul></li>`,
  )
  const sections = groups.map(
    ({ name, all }) => `<section><h2 id="${anchorOf(name)}">${escape(name)}</h2>
${all.map((each) => operationPart(each, named)).join("\n")}</section>`,
  )
  const schemas = [...named].map(
    ([name, each]) => `<article><h3 id="${name}">${name}</h3>
${each.description === undefined ? "" : `<p>${escape(each.description)}</p>`}
<pre tabindex="0">${wordsOf(each)}</pre></article>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>API · Parley</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>${STYLE}</style></head><body>
<nav aria-label="API"><ul>${links.join("\n")}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main><h1>The API of Parley</h1>
${info.description
  .split("\n\n")
  .map((text) => `<p>${escape(text)}</p>`)
  .join("\n")}
<p>For programs: <a href="/api/openapi.json">the OpenAPI document</a>. The lines below take <code>$PARLEY</code>
for the address of this Parley and <code>$KEY</code> for your key.</p>
${sections.join("\n")}
<section><h2 id="schemas">Schemas</h2>${schemas.join("\n")}</section>
</main></body></html>
`
}

type Placed = { method: string; path: string; each: Operation }

const titleOf = ({ method, path }: Pick<Placed, "method" | "path">) => `${method} ${path}`
const anchorOf = (text: string) => text.replace(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "")

function operationPart(placed: Placed, named: Named): string {
  const { each } = placed
  const body = each.requestBody?.content?.["application/json"].schema
  const answer = each.responses["200"]?.content?.["application/json"].schema
  const isForAnyone = each.security.length === 0
  const takesKey = each.security.some((way) => "key" in way)
  const who = isForAnyone
    ? "Anybody may ask."
    : takesKey
      ? ""
      : "Needs a person who is signed in: no key will do."
  const fields = each.parameters.map(
    (one) =>
      `${escape(one.name)}${one.required ? "" : "?"}: ${wordsOf(one.schema)} <i>(in the ${escape(one.in)})</i>`,
  )
  const block = (title: string, text: string | undefined) =>
    text === undefined || text === "" ? "" : `<h4>${title}</h4><pre tabindex="0">${text}</pre>`
  return `<article><h3 id="${anchorOf(titleOf(placed))}">${escape(each.summary)}</h3>
<p><code>${escape(titleOf(placed))}</code></p>${who && `<p>${who}</p>`}
${block("Parameters", fields.join("\n"))}
${block("Sent", body && wordsOf(body))}
${block("Answered", answer ? wordsOf(answer) : "The bytes.")}
${isForAnyone || takesKey ? block("For example", escape(curlOf(placed, { body, isForAnyone, named }))) : ""}</article>`
}

function curlOf(
  { method, path, each }: Placed,
  { body, isForAnyone, named }: { body: Schema | undefined; isForAnyone: boolean; named: Named },
): string {
  const valueOf = (name: string) => {
    const of = each.parameters.find((one) => one.name === name)?.schema ?? {}
    return encodeURIComponent(String(exampleOf(of, name, named)))
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => valueOf(name))
  const query = each.parameters
    .filter((one) => one.in === "query" && one.required)
    .map(({ name }) => `${name}=${valueOf(name)}`)
  const asked = query.length > 0 ? `?${query.join("&")}` : ""
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} "$PARLEY${filled}${asked}"`,
    ...(isForAnyone ? [] : [`-H "Authorization: Bearer $KEY"`]),
    ...(body === undefined
      ? []
      : [`-H "Content-Type: application/json"`, `-d '${JSON.stringify(exampleOf(body, "", named))}'`]),
  ]
  return lines.join(" \\\n  ")
}

const STYLE = `
:root{--ink:#1b1f24;--soft:#57606a;--line:#d5d9de;--page:#fff;--sunken:#f4f5f7;--link:#2457d6}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a1a8b0;--line:#363b42;--page:#16181c;--sunken:#1f2228;--link:#8fb0ff}}
*{box-sizing:border-box}
body{margin:0;display:grid;grid-template-columns:300px minmax(0,1fr);font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
nav{position:sticky;inset-block-start:0;block-size:100vh;overflow:auto;padding:24px;border-inline-end:1px solid var(--line);font-size:13px}
nav ul{list-style:none;margin:0 0 16px;padding:0}nav ul ul{padding-inline-start:12px}
main{padding:24px 40px;max-inline-size:900px}
a{color:var(--link)}nav a{color:inherit;text-decoration:none;display:block;padding:3px 0}nav a:hover{text-decoration:underline}
nav>ul>li>a{font-weight:600}
article{padding-block:8px 16px;border-block-start:1px solid var(--line)}
h2{margin-block:40px 8px}h3{margin-block:12px 4px}h4{margin-block:12px 4px;font-size:13px;color:var(--soft)}
pre{margin:0;padding:12px;overflow:auto;background:var(--sunken);border-radius:6px}pre,code{font:13px/1.5 ui-monospace,monospace}code{overflow-wrap:anywhere}
i{color:var(--soft)}
@media(max-width:759.98px){body{display:block}nav{position:static;block-size:auto;border:0}main{padding:16px}}
`
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
