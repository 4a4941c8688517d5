/** Every screen of the widget and the shop it stands in, light and dark, wide and on a phone. */
import type { BrowserContextOptions } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { expectNothing, PHONE, SCHEMES } from "./axe.ts"
import { field, launcher, log, openChat, openShop, say, type Shop } from "./shop.ts"

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.close())
afterEach(() => shop.cable.mend())

const sizes: Record<string, BrowserContextOptions> = { wide: {}, phone: PHONE }
for (const colorScheme of SCHEMES)
  describe.each(Object.entries(sizes))(`${colorScheme}, %s`, (size, options) => {
    const enter = async () => shop.enter(await shop.newContext({ ...options, colorScheme }))

    test("shop, home and conversation", async () => {
      const page = await enter()
      const text = `Hello, ${colorScheme} and ${size}`
      await expectNothing(page, {
        shop: () => launcher(page).waitFor(),
        home: async () => {
          await openChat(page)
          await page.getByRole("button", { name: "Start a conversation" }).waitFor()
        },
        emoji: async () => {
          await page.getByRole("button", { name: "Emoji" }).click()
          await page.getByRole("button", { name: "Emoji", expanded: true }).waitFor()
        },
        conversation: async () => {
          await say(page, text)
          await shop.answer(text, "Good to see you. https://fjord.test")
          await log(page).getByText("Good to see you.").waitFor()
        },
        refused: async () => {
          const refusal = { refusal: "text-too-long", message: "" }
          await page.route("**/messages", (route) => route.fulfill({ status: 400, json: refusal }))
          await say(page, "Too much of it")
          await log(page).getByText("Not sent.").waitFor()
        },
        "too long": async () => {
          await field(page).fill("long ".repeat(2_100))
          await page.getByText("characters too long").waitFor()
        },
        offline: async () => {
          await field(page).fill("")
          shop.cable.cut()
          await page.getByText("Offline. What you write is sent when you are back.").waitFor()
        },
        "home again": async () => {
          await page.getByRole("button", { name: "Back" }).click()
          await page.getByRole("button", { name: "Continue the conversation" }).waitFor()
        },
      })
      await page.context().close()
    })

    test("a shoe, and the message that speaks first", async () => {
      await speakFirst("Unsure about the size?")
      const page = await enter()
      await expectNothing(page, {
        shoe: () => page.goto(`${shop.cable.url}/try/fjell`),
        "proactive message": () => page.getByRole("region", { name: "Message from Acme" }).waitFor(),
      })
      await page.context().close()
      await speakFirst(null)
    })
  })

async function speakFirst(text: string | null): Promise<void> {
  const proactive = text === null ? null : { text, afterSeconds: 0 }
  const settings = { channel: "web-chat", proactive }
  expect((await shop.ada.send("PATCH", `/sources/${shop.sourceId}`, { settings })).status).toBe(200)
  // The loader is made anew every few seconds, and a browser keeps the one it got for a minute.
  const loader = async () => (await fetch(`${shop.parley.url}/w/${shop.sourceId}.js`)).text()
  const says = expect.poll(loader, { timeout: 10_000 })
  await (text === null ? says.toContain('"proactive":null') : says.toContain(text))
}
