import { createTransport } from "nodemailer"
import type { Config } from "../config/config.ts"
import type { Handlers } from "../jobs/jobs.ts"
import type { Log } from "../log/log.ts"

/** The handler of `send-mail`; without SMTP_URL there is none, and nobody enqueues the job. */
export function mailJobs({ smtpUrl, mailFrom }: Config, log: Log): Pick<Handlers, "send-mail"> {
  if (smtpUrl === undefined) return {}
  const transport = createTransport(smtpUrl, { from: mailFrom })
  return {
    async "send-mail"({ to, subject, text }, { id, lastAttempt }) {
      try {
        // The id makes a mail that is sent again recognisable as the same one.
        await transport.sendMail({ to, subject, text, messageId: `<${id}@parley.invalid>` })
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
