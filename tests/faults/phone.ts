import { setTimeout as wait } from "node:timers/promises"
import type { FakeTwilio } from "../providers/fake-twilio.ts"
import type { Random } from "./random.ts"
import type { History } from "./visitor.ts"

export type Phone = {
  name: string
  /** Writes nothing more. */
  rest(): void
  /** All it wrote was taken. */
  isDone(): boolean
  close(): void
}

/**
 * A customer who writes by SMS. The provider tells us of each message again and again until we say yes, as Twilio
 * does with retries on (`#rp=all`), and of the next one after that.
 */
export function openPhone(o: {
  name: string
  number: string
  to: string
  /** Where the provider calls. */
  webhook: string
  provider: FakeTwilio
  history: History
  random: Random
  pause: number
}): Phone {
  const { name, number, provider, history, random } = o
  let written = 0
  let accepted = 0
  let isResting = false
  let isClosed = false

  async function write(text: string): Promise<void> {
    written += 1
    history.typed.push({ author: name, text, isNote: false, files: [] })
    const message = provider.customerWrites({ from: number, to: o.to, body: text })
    while (!isClosed && !(await isTaken(message))) await wait(random.between(200, 800))
    accepted += 1
  }

  async function isTaken(message: Parameters<FakeTwilio["webhookOf"]>[0]): Promise<boolean> {
    const giveUp = AbortSignal.timeout(5_000)
    const answered = provider.post(o.webhook, provider.webhookOf(message)).then(
      ({ ok }) => ok,
      () => false,
    )
    const impatient = new Promise<boolean>((resolve) =>
      giveUp.addEventListener("abort", () => resolve(false)),
    )
    return Promise.race([answered, impatient])
  }

  async function writeAll(): Promise<void> {
    for (let count = 0; !isResting && !isClosed; count += 1) {
      await write(`${name} ${count}`)
      await wait(random.between(0, 2 * o.pause))
    }
  }

  void writeAll().catch((error: unknown) =>
    history.complaints.push(`${name} could not write: ${String(error)}`),
  )
  return {
    name,
    rest() {
      isResting = true
    },
    isDone: () => accepted === written,
    close() {
      isClosed = true
    },
  }
}
