import { once } from "node:events"
import { SMTPServer } from "smtp-server"

/** A mail server that keeps what it is sent: headers and text, as they are read. */
export async function openMailbox(): Promise<{ mails: string[]; smtpUrl: string; close(): Promise<void> }> {
  const mails: string[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.on("end", () => {
        mails.push(decoded(Buffer.concat(chunks).toString()))
        done()
      })
    },
  })
  const server = smtp.listen(0, "127.0.0.1")
  if (!server.listening) await once(server, "listening")
  const address = server.address()
  const port = typeof address === "object" ? address?.port : undefined
  return {
    mails,
    smtpUrl: `smtp://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  }
}

/** Quoted-printable, where a mail says that it is. */
function decoded(mail: string): string {
  if (!/^Content-Transfer-Encoding: quoted-printable/im.test(mail)) return mail
  const bytes = mail
    .replaceAll("=\r\n", "")
    .replace(/=([0-9A-F]{2})/g, (_whole, code: string) => String.fromCharCode(parseInt(code, 16)))
  return Buffer.from(bytes, "latin1").toString()
}
