import sharp from "sharp"
import { newId } from "../../server/db/db.ts"
import { upload } from "../../protocol/uploading.ts"
import type { Person } from "./person.ts"

type Sent = { status: number; body: Record<string, unknown> }
export type File = {
  id?: string
  name?: string
  type?: string
  bytes: Buffer<ArrayBuffer>
  /** Of a voice message. */
  voice?: unknown
}

async function sent(response: Response): Promise<Sent> {
  return { status: response.status, body: Object(await response.json()) }
}

/** An agent's way of uploading. */
export function agentUploads(url: string, agent: Person & { workspaceId?: string }) {
  const headers = () => ({ cookie: agent.cookie(), origin: url })
  const part = async (id: string, from: number, bytes: Buffer<ArrayBuffer>) =>
    sent(
      await fetch(`${url}/api/v1/files/${id}/parts?from=${from}`, {
        method: "POST",
        headers: { ...headers(), "content-type": "application/octet-stream" },
        body: bytes,
      }),
    )
  const begin = ({ id = newId(), name = "a.bin", type = "", bytes, voice }: File) =>
    agent.ask("POST", "/api/v1/files", { id, name, type, size: bytes.length, voice })
  return { begin, part, whole: (file: File) => whole(file, begin, part) }
}

/** A picture of one colour. */
export const plainPicture = (color: string, width = 9, height = width) =>
  sharp({ create: { width, height, channels: 3, background: color } })
    .png()
    .toBuffer()

/** As the desk puts a photo on: one's own, or a customer's. */
export async function putPhoto(
  url: string,
  agent: Pick<Person, "cookie">,
  bytes: Uint8Array<ArrayBuffer>,
  { id = newId(), of }: { id?: string; of?: { conversationId: string } } = {},
) {
  const path = of === undefined ? "me" : `conversations/${of.conversationId}/customer`
  return sent(
    await fetch(`${url}/api/v1/${path}/photo?id=${id}`, {
      method: "PUT",
      headers: { cookie: agent.cookie(), origin: url, "content-type": "application/octet-stream" },
      body: bytes,
    }),
  )
}

/** A visitor's. */
export function visitorUploads(url: string, { sourceId, key }: { sourceId: string; key: string }) {
  const base = `${url}/visitor/v1/${sourceId}/files`
  const part = async (id: string, from: number, bytes: Buffer<ArrayBuffer>) =>
    sent(
      await fetch(`${base}/${id}/parts?from=${from}`, {
        method: "POST",
        headers: { authorization: `Visitor ${key}`, "content-type": "application/octet-stream" },
        body: bytes,
      }),
    )
  const begin = async ({ id = newId(), name = "a.bin", type = "", bytes, voice }: File) =>
    sent(
      await fetch(base, {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: JSON.stringify({ key, id, name, type, size: bytes.length, voice }),
      }),
    )
  return { begin, part, whole: (file: File) => whole(file, begin, part) }
}

/** As browsers do it; answers the file's id. */
async function whole(
  file: File,
  begin: (file: File) => Promise<Sent>,
  part: (id: string, from: number, bytes: Buffer<ArrayBuffer>) => Promise<Sent>,
): Promise<string> {
  const id = file.id ?? newId()
  const received = ({ status, body }: Sent): number => {
    if (status !== 200) throw new Error(`Not uploaded: ${JSON.stringify(body)}`)
    return Number(body.received)
  }
  await upload(
    new Blob([file.bytes]),
    {
      begin: async () => received(await begin({ ...file, id })),
      send: async (from, bytes) => received(await part(id, from, Buffer.from(await bytes.arrayBuffer()))),
      isFinal: () => true,
      onProgress: () => undefined,
    },
    new AbortController().signal,
  )
  return id
}
