/**
 * Telling people who are not looking, by e-mail and by push.
 *
 * Hides the mail server and the push services, and what becomes of an answer that its visitor does not see. Who has a mail to send enqueues a job in the transaction of its
 * reason; pushes are read off the change log, so that writing costs nothing for them. A server that is away is asked again by the job's own back-off. A mail may arrive twice when the process dies
 * between the server's yes and our commit, and is never lost. A push says what is true when it is sent: what has been
 * read by then is not told, and what was told and has been read since is taken away.
 */
export { mailJobs } from "./mail.ts"
export { addDevice, listDevices, removeDevice } from "./devices.ts"
export { feedAgents } from "./feeding.ts"
export { agentMailJobs } from "./agent-mail.ts"
export * as visitorMail from "./visitor-mail.ts"
export { pushJobs } from "./push.ts"
export { createPushService, type PushService } from "./send-push.ts"
