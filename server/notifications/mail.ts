import { createTransport } from "nodemailer"
import type { Config } from "../config/config.ts"
import type { Handlers } from "../jobs/jobs.ts"
import type { Log } from "../log/log.ts"
import { acts } from "../team/team.ts"

/** Where mails say that we are: they hold links, and these must not be taken from a request. undefined: there are none. */
export function mailsFrom(config: Config): string | undefined {
  return acts.canMail(config) ? config.publicUrl : undefined
}

/** The handler of `send-mail`; without SMTP_URL there is none, and nobody enqueues the job. */
export function mailJobs({ smtpUrl, mailFrom }: Config, log: Log): Pick<Handlers, "send-mail"> {
  if (smtpUrl === undefined) return {}
  const transport = createTransport(smtpUrl, { from: mailFrom })
  return {
    async "send-mail"({ to, subject, text, unsubscribe }, { id, lastAttempt }) {
      // https://www.rfc-editor.org/rfc/rfc8058: the reader's own program asks, by one POST.
      const list = unsubscribe && {
        headers: {
          "List-Unsubscribe": `<${unsubscribe}>`,
          "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
      }
      try {
        // The id makes a mail that is sent again recognisable as the same one.
        await transport.sendMail({ to, subject, text, messageId: `<${id}@parley.invalid>`, ...list })
      } catch (error) {
        if (!isRefusedForGood(error) && !lastAttempt) throw error
        log.warn({ err: error, job: id }, "a mail was not sent and is given up")
      }
    },
  }
}

/** 5xx answers (no such mailbox) stay the same however often one asks. */
function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !("responseCode" in error)) return false
  return typeof error.responseCode === "number" && error.responseCode >= 500
}
