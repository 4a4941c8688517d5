import { createHash, createHmac } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server } from "node:http"
import os from "node:os"
import path from "node:path"
import S3rver from "s3rver"
import type { Config } from "../../server/config/config.ts"

type Access = Pick<Config, "s3Region"> & Record<"s3Url" | "s3KeyId" | "s3Secret", string>

export type ObjectStorage = {
  access: Access
  /** Stops answering; what it holds stays. */
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

/** The only key it knows. */
const KEY = "S3RVER"

/** A server of another make that speaks S3, with one empty bucket, in a folder of its own. */
export async function startObjectStorage(): Promise<ObjectStorage> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "parley-s3-"))
  const s3rver = new S3rver({ directory, silent: true, configureBuckets: [{ name: "parley" }] })
  await s3rver.configureBuckets()
  const answer = s3rver.callback()
  const listen = async (port: number): Promise<Server> => {
    const server = createServer((request, response) => {
      if (isSigned(request)) return answer(request, response)
      response.writeHead(403).end("<Error><Code>SignatureDoesNotMatch</Code></Error>")
    })
    await once(server.listen(port, "127.0.0.1"), "listening")
    return server
  }
  let running: Server | undefined = await listen(0)
  const address = running.address()
  const port = typeof address === "object" ? (address?.port ?? 0) : 0
  const pause = async (): Promise<void> => {
    const server = running
    running = undefined
    if (server === undefined) return
    const closed = once(server, "close")
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    access: {
      s3Url: `http://127.0.0.1:${port}/parley`,
      s3Region: "eu-test-1",
      s3KeyId: KEY,
      s3Secret: KEY,
    },
    pause,
    async resume() {
      running ??= await listen(port)
    },
    async stop() {
      await pause()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/**
 * s3rver looks at the key's id and not at what is signed, so that is done here, as it is written down:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function isSigned({ method, url = "", headers }: IncomingMessage): boolean {
  const [, scope = "", names = "", signature] =
    /Credential=[^/]*\/(\S+), SignedHeaders=(\S+), Signature=(\w+)/.exec(headers.authorization ?? "") ?? []
  const lines = names.split(";").map((name) => `${name}:${String(headers[name])}\n`)
  const canonical = [method, url, "", lines.join(""), names, headers["x-amz-content-sha256"]].join("\n")
  const hash = createHash("sha256").update(canonical).digest("hex")
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash].join("\n")
  const sign = (key: string | Buffer, part: string) => createHmac("sha256", key).update(part).digest()
  const key = scope.split("/").reduce<string | Buffer>(sign, `AWS4${KEY}`)
  return sign(key, text).toString("hex") === signature
}
