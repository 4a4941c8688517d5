/**
 * Telling people who are not looking: for now by e-mail.
 *
 * Hides the mail server. Whoever has something to say enqueues `send-mail` in the transaction of its reason; a
 * server that is away is asked again by the job's own back-off. A mail may arrive twice when the process dies
 * between the server's yes and our commit, and is never lost.
 */
export { mailJobs } from "./mail.ts"
