/**
 * A push service and the browsers behind it: it takes what is sent, looks whether the sender proves himself (RFC 8292),
 * and opens it with the keys that only the browser has (RFC 8291, 8188).
 */
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import { buffer } from "node:stream/consumers"

export type Pushed = { headers: IncomingMessage["headers"]; message: Record<string, unknown> }
export type Subscribed = {
  subscription: { endpoint: string; keys: { p256dh: string; auth: string } }
  received: Pushed[]
  /** What the service answers from now on. */
  answer: { status: number; headers?: Record<string, string> }
}

export async function startPushService() {
  const browsers = new Map<string, Subscribed & { open(body: Buffer): string }>()
  const server = createServer((request, response) => {
    const browser = browsers.get(request.url ?? "")
    void buffer(request).then((body) => {
      const { status, headers = {} } = browser?.answer ?? { status: 404 }
      if (browser && status < 300) {
        expectProof(request.headers.authorization ?? "", origin)
        const message: unknown = JSON.parse(browser.open(body))
        browser.received.push({ headers: request.headers, message: message as Pushed["message"] })
      }
      response.writeHead(status, headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`
  return {
    origin,
    subscribe(): Subscribed {
      const own = createECDH("prime256v1")
      own.generateKeys()
      const auth = randomBytes(16)
      const path = `/push/${randomBytes(12).toString("base64url")}`
      const browser = {
        subscription: {
          endpoint: origin + path,
          keys: { p256dh: own.getPublicKey("base64url"), auth: auth.toString("base64url") },
        },
        received: [],
        answer: { status: 201 },
        open: (body: Buffer) => decrypt(body, own, auth),
      }
      browsers.set(path, browser)
      return browser
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const hmac = (key: Buffer, ...parts: (Buffer | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHmac("sha256", key)).digest()

function decrypt(body: Buffer, own: ReturnType<typeof createECDH>, auth: Buffer): string {
  const salt = body.subarray(0, 16)
  const sender = body.subarray(21, 21 + body.readUInt8(20))
  const sealed = body.subarray(21 + sender.length)
  const key = hmac(auth, own.computeSecret(sender))
  const input = hmac(key, "WebPush: info\0", own.getPublicKey(), sender, "\u0001")
  const seed = hmac(salt, input)
  const content = hmac(seed, "Content-Encoding: aes128gcm\0\u0001").subarray(0, 16)
  const nonce = hmac(seed, "Content-Encoding: nonce\0\u0001").subarray(0, 12)
  const decipher = createDecipheriv("aes-128-gcm", content, nonce).setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  return padded.subarray(0, padded.lastIndexOf(2)).toString()
}

function expectProof(authorization: string, origin: string): void {
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? []
  const [head = "", claims = "", signature = ""] = token.split(".")
  const point = Buffer.from(key, "base64url")
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  }
  const isTrue = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  )
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>
  const hours = (Number(exp) * 1_000 - Date.now()) / 3_600_000
  if (!isTrue || aud !== origin || !(hours > 0 && hours <= 24) || !/^(mailto|https):/.test(String(sub)))
    throw new Error(`The sender does not prove himself: ${authorization}`)
}
