/** What the desk shows of a website's chat before it is saved, and the logos of chats. */
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import { logos } from "../channels/channels.ts"
import type { Sync } from "../sync/sync.ts"
import type { App } from "./route.ts"

/** It shows what it is told and asks nobody anything: nothing that is tried out there is sent. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Chat</title>
<style>
html{height:100%;background:light-dark(#f1efe9,#191b1e)}
body{margin:0;padding:32px;display:grid;gap:14px;align-content:start}
i{display:block;height:14px;border-radius:7px;background:light-dark(#dedad0,#2b2e33)}
i:first-child{height:34px;width:45%}i:nth-child(3n){width:70%}i:nth-child(3n+1){width:58%}
</style>
</head>
<body><i></i><i></i><i></i><i></i><i></i><script src="/widget/preview.js"></script></body>
</html>
`
const params = z.object({ logoId: id })

export function chatPreviewRoutes(app: App, { sync }: { sync: Sync }): void {
  app.get("/chat-preview", { schema: { hide: true } }, async (_request, reply) =>
    reply
      .headers({ "content-security-policy": POLICY, "cache-control": "no-cache" })
      .type("text/html; charset=utf-8")
      .send(PAGE),
  )

  app.get("/logos/:logoId", { schema: { hide: true, params } }, async (request, reply) => {
    const logo = await logos.findLogo(sync.db, params.parse(request.params).logoId)
    if (logo === undefined) throw refuse("not-found")
    return reply
      .headers({
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "public, max-age=31536000, immutable",
        "cross-origin-resource-policy": "cross-origin",
      })
      .type("image/webp")
      .send(logo)
  })
}
