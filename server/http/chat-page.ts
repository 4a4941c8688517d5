/**
 * GET /chat/:sourceId: where the link in a mail leads, a page with nothing but the chat. What opens it stands behind the
 * `#`, which no server or log sees. GET /unsubscribe/:token: no more mails; a program that reads a mail asks by POST.
 */
import type { FastifyReply } from "fastify"
import { z } from "zod"
import { refuse } from "../../protocol/refusals.ts"
import { findLanguage, isRightToLeft, type Language } from "../../protocol/languages.ts"
import { id } from "../../protocol/values.ts"
import { visitorMail } from "../notifications/notifications.ts"
import type { Sync } from "../sync/sync.ts"
import { askedIn } from "./asked-in.ts"
import type { App } from "./route.ts"
import { findWebsite } from "./website.ts"

const params = z.object({ sourceId: id })
const tokenParams = z.object({ token: z.string().max(500) })

export function chatPageRoutes(app: App, { sync }: { sync: Sync }): void {
  app.get("/chat/:sourceId", { schema: { hide: true, params } }, async (request, reply) => {
    const { sourceId } = params.parse(request.params)
    if ((await findWebsite(sync.db, sourceId)) === undefined) throw refuse("not-found")
    return sendPage(
      reply,
      page({ language: "en", title: "Chat", body: `<main></main><script src="/widget/reopen.js"></script>` }),
    )
  })

  app.get("/unsubscribe/:token", { schema: { hide: true, params: tokenParams } }, async (request, reply) => {
    const language = findLanguage(askedIn(request)) ?? "en"
    const { title, asks, what } = unsubscribing[language]
    const form = `<form method="post"><button>${title}</button></form>`
    return sendPage(
      reply,
      page({ language, title, body: `<main><h1>${asks}</h1><p>${what}</p>${form}</main>` }),
    )
  })

  app.register(async (scope) => {
    // A form, or a mail program's own body: neither says anything.
    scope.addContentTypeParser("*", (_request, payload, done) => {
      payload.resume()
      done(null)
    })
    scope.post(
      "/unsubscribe/:token",
      { schema: { hide: true, params: tokenParams } },
      async (request, reply) => {
        await visitorMail.unsubscribe(sync, tokenParams.parse(request.params).token)
        const language = findLanguage(askedIn(request)) ?? "en"
        const { title, done, doneWhat } = unsubscribing[language]
        return sendPage(
          reply,
          page({ language, title, body: `<main><h1>${done}</h1><p>${doneWhat}</p></main>` }),
        )
      },
    )
  })
}

type Unsubscribing = { title: string; asks: string; what: string; done: string; doneWhat: string }

const unsubscribing: Record<Language, Unsubscribing> = {
  en: {
    title: "No more mails",
    asks: "No more mails?",
    what: "Answers to your chats will not be mailed to you any more.",
    done: "Done",
    doneWhat: "You get no more mails.",
  },
  de: {
    title: "Keine E-Mails mehr",
    asks: "Keine E-Mails mehr?",
    what: "Antworten auf Ihre Chats werden Ihnen nicht mehr per E-Mail geschickt.",
    done: "Erledigt",
    doneWhat: "Sie bekommen keine E-Mails mehr.",
  },
  fr: {
    title: "Plus d’e-mails",
    asks: "Plus d’e-mails ?",
    what: "Les réponses à vos chats ne vous seront plus envoyées par e-mail.",
    done: "C’est fait",
    doneWhat: "Vous ne recevrez plus d’e-mails.",
  },
  es: {
    title: "No más correos",
    asks: "¿No más correos?",
    what: "Las respuestas a tus chats ya no se te enviarán por correo.",
    done: "Hecho",
    doneWhat: "Ya no recibirás más correos.",
  },
  sv: {
    title: "Inga fler mejl",
    asks: "Inga fler mejl?",
    what: "Svar på dina chattar mejlas inte längre till dig.",
    done: "Klart",
    doneWhat: "Du får inga fler mejl.",
  },
  ar: {
    title: "إيقاف الرسائل",
    asks: "إيقاف الرسائل؟",
    what: "لن تُرسل إليك بعد الآن الردود على دردشاتك بالبريد.",
    done: "تم",
    doneWhat: "لن تصلك رسائل أخرى.",
  },
}

function sendPage(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .headers({ "cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex" })
    .type("text/html; charset=utf-8")
    .send(text)
}

function page({ language, title, body }: { language: Language; title: string; body: string }): string {
  return `<!doctype html>
<html lang="${language}" dir="${isRightToLeft(language) ? "rtl" : "ltr"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${css}</style>
</head>
<body>${body}</body>
</html>
`
}

const css = `
:root{color-scheme:light dark}
body{margin:0;min-height:100dvh;display:grid;place-items:center;font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,sans-serif;background:light-dark(#f6f6f4,#16181b);color:light-dark(#202327,#ecebe6)}
main{max-width:26rem;padding:32px 24px;text-align:center}
h1{font-size:22px;margin:0 0 8px}p{margin:0 0 18px;color:light-dark(#5a5f66,#a9adb3)}
button{font:inherit;font-weight:600;padding:11px 20px;border:0;border-radius:10px;background:light-dark(#202327,#ecebe6);color:light-dark(#fff,#16181b);cursor:pointer}
button:focus-visible{outline:2px solid currentColor;outline-offset:2px}
`
