import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { request as requestHttp, type IncomingMessage } from "node:http"
import { request as requestHttps } from "node:https"
import { tmpdir } from "node:os"
import path from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { setTimeout as wait } from "node:timers/promises"
import { AwsV4Signer } from "aws4fetch"
import { newId } from "../db/db.ts"
import type { Engine, FileName } from "./store.ts"

export type Bucket = { url: string; region: string; keyId: string; secret: string }

type Method = "GET" | "PUT" | "DELETE"
type Body = { open(): Readable; size: number; sha256: string }
/** `from`: the first byte that is wanted. */
type Asked = { body?: Body | undefined; from?: number }

/** Milliseconds without a byte in either direction. */
const PATIENCE = 30_000
const ATTEMPTS = 3
const FIRST_PAUSE = 200
/** More takes an upload in parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_BYTES = 5 * 1024 ** 3

const probe = Buffer.from("Parley can write here.\n")

/**
 * Files in a bucket of S3-compatible object storage, each an object named by its workspace and itself. An object
 * appears when all its bytes have come and their SHA-256 is right, so it is whole or not there; writing one again
 * writes the same bytes, so whatever failed on the way is simply tried again.
 */
export function createS3(bucket: Bucket): Engine {
  const { region, keyId: accessKeyId, secret: secretAccessKey } = bucket
  const signingKeys = new Map<string, ArrayBuffer>()
  const addressOf = ({ workspaceId, id }: FileName) => `${bucket.url}/${workspaceId}/${id}`

  /** What the storage answers, refusals included; fails when it is away for all attempts. */
  async function ask(method: Method, url: string, { body, from = 0 }: Asked = {}): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === ATTEMPTS
      const answer = await send(method, url, { body, from }).catch((error: unknown) => {
        if (last) throw new Error("The object storage does not answer.", { cause: error })
        return undefined
      })
      const { statusCode: status = 0 } = answer ?? {}
      if (answer !== undefined && status < 500 && status !== 429) return answer
      if (answer !== undefined && last) throw new Error(`The object storage fails with status ${status}.`)
      answer?.resume()
      await wait(FIRST_PAUSE * 3 ** (attempt - 1) * (0.75 + Math.random() / 2))
    }
  }

  async function send(method: Method, url: string, { body, from = 0 }: Asked): Promise<IncomingMessage> {
    const signed = await new AwsV4Signer({
      ...{ method, url, service: "s3", region, accessKeyId, secretAccessKey, cache: signingKeys },
      headers: {
        "x-amz-content-sha256": body?.sha256 ?? sha256Of(""),
        ...(from > 0 && { range: `bytes=${from}-` }),
        ...(body && { "content-length": String(body.size), "content-type": "application/octet-stream" }),
      },
    }).sign()
    const request = signed.url.protocol === "https:" ? requestHttps : requestHttp
    const headers = Object.fromEntries(signed.headers)
    const answer = Promise.withResolvers<IncomingMessage>()
    const asked = request(signed.url, { method, headers, timeout: PATIENCE }, answer.resolve)
    asked.on("timeout", () => asked.destroy(new Error("Nothing came for half a minute.")))
    asked.on("error", answer.reject)
    if (body === undefined) asked.end()
    // What it answers before it has read everything counts more than that it hung up.
    else pipeline(body.open(), asked).catch(answer.reject)
    return answer.promise
  }

  async function put(url: string, body: Body): Promise<void> {
    const answer = await ask("PUT", url, { body })
    if (answer.statusCode !== 200) throw await refusal(answer)
    answer.resume()
  }

  return {
    async check(log) {
      const url = `${bucket.url}/parley-check`
      const read = await put(url, {
        open: () => Readable.from([probe]),
        size: probe.length,
        sha256: sha256Of(probe),
      })
        .then(() => ask("GET", url))
        .catch((error: unknown) => {
          if (error instanceof Refused) throw new Error(error.message)
          // It is no reason to let nobody write: files wait for it as jobs.
          log.error({ err: error }, "the object storage is away")
        })
      if (read !== undefined && read.statusCode !== 200) throw new Error((await refusal(read)).message)
      read?.resume()
    },
    async reserve() {
      return path.join(tmpdir(), `parley-${newId()}.part`)
    },
    async take(file, part) {
      if (part.size > MOST_BYTES) throw new Error("A file of more than 5 GB cannot be kept.")
      await put(addressOf(file), {
        open: () => createReadStream(part.path),
        size: part.size,
        sha256: part.sha256,
      })
    },
    async read(file, from = 0) {
      const answer = await ask("GET", addressOf(file), { from })
      if (answer.statusCode === 200 || answer.statusCode === 206)
        return { size: from + Number(answer.headers["content-length"]), bytes: answer }
      const why = await refusal(answer)
      if (why.code === "NoSuchKey") return undefined
      throw why
    },
    async remove(file) {
      const answer = await ask("DELETE", addressOf(file))
      if (answer.statusCode !== 204 && answer.statusCode !== 200 && answer.statusCode !== 404)
        throw await refusal(answer)
      answer.resume()
    },
  }
}

/** It will say the same until somebody mends a setting or a right. */
class Refused extends Error {
  readonly code: string

  constructor(code: string, status: number) {
    super(
      `The object storage refuses: ${code} (status ${status}). Look at S3_URL, S3_REGION, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, and at what that key may do.`,
    )
    this.name = "Refused"
    this.code = code
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
async function refusal(answer: IncomingMessage): Promise<Refused> {
  let text = ""
  for await (const chunk of answer.setEncoding("utf8")) if (text.length < 65_536) text += String(chunk)
  return new Refused(/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? "no reason given", answer.statusCode ?? 0)
}

function sha256Of(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
