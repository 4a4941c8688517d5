/** The desk and the chat in other languages than English, as people use them. */
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Company } from "../flows/company.ts"
import { PASSWORD } from "../flows/person.ts"
import { PHONE } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let company: Company
/** A website on this machine, in the language that its path names. */
let host: Server

beforeAll(async () => {
  stage = await openStage()
  company = await stage.fill()
  const { body } = await company.owner.get("/sources")
  const { rows } = body as { rows: { id: string; channel: string }[] }
  const sourceId = rows.find(({ channel }) => channel === "web-chat")?.id
  host = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://shop.test")
    const lang = searchParams.get("lang") ?? ""
    const chosen = searchParams.get("chosen")
    const attribute = chosen === null ? "" : ` data-language="${chosen}"`
    response.setHeader("content-type", "text/html; charset=utf-8").end(`<!doctype html>
      <html lang="${lang}" dir="${lang === "ar" ? "rtl" : "ltr"}"><title>Shop</title><h1>Socks</h1>
      <script async src="${stage.url}/w/${sourceId}.js"${attribute}></script>`)
  })
  await once(host.listen(0, "127.0.0.1"), "listening")
})
afterAll(async () => {
  host?.close()
  await stage?.close()
})

const shopIn = (query: string) => `http://localhost:${(host.address() as AddressInfo).port}/?${query}`
const direction = (page: Page) => page.evaluate(() => [document.documentElement.lang, document.dir])

test("a whole conversation in Arabic, from the website to the desk and back", async () => {
  const visitor = await stage.openBrowser({ reducedMotion: "reduce" })
  await visitor.goto(shopIn("lang=ar"))
  await visitor.getByRole("button", { name: "فتح الدردشة" }).click()
  await visitor.getByRole("textbox", { name: "الرسالة" }).fill("هل تشحنون إلى مالمو؟")
  await visitor.getByRole("button", { name: "إرسال الرسالة" }).click()
  await visitor.getByText("أُرسلت").waitFor()

  const ada = await company.hire("Ada Okafor")
  const desk = await stage.openBrowserOf(ada, stage.url, { locale: "ar-SA" })
  await desk.goto(`${stage.url}/inbox/unassigned`)
  const row = desk.getByRole("list", { name: "المحادثات" }).getByRole("listitem").first()
  await row.getByText("هل تشحنون").waitFor()
  expect(await direction(desk)).toEqual(["ar", "rtl"])
  await expect.poll(() => desk.title()).toContain("غير المسندة")
  await row.getByRole("link").click()
  const log = desk.getByRole("log", { name: "الرسائل" })
  await log.getByText("هل تشحنون").waitFor()
  await desk.getByRole("textbox", { name: "الرد" }).fill("نعم، خلال يومين.")
  await desk.keyboard.press("Enter")
  await log.getByText("أخذت هذه المحادثة").waitFor()
  await visitor.getByRole("log", { name: "الرسائل" }).getByText("نعم، خلال يومين.").waitFor()

  // Who answers stands at the end of the line, the customer at its beginning: the right.
  const box = (text: string) => log.getByRole("article").filter({ hasText: text }).locator("p").first()
  const [theirs, ours] = [await box("هل تشحنون").boundingBox(), await box("نعم").boundingBox()]
  expect(theirs?.x ?? 0).toBeGreaterThan(ours?.x ?? 0)

  await desk.getByRole("switch", { name: "ملاحظة داخلية" }).click()
  await desk.getByRole("textbox", { name: "ملاحظة داخلية" }).fill("عميل دائم")
  await desk.keyboard.press("Enter")
  await log.getByText("عميل دائم").waitFor()
  await desk.getByRole("button", { name: "إغلاق", exact: true }).click()
  await log.getByText("أغلقها").waitFor()
  await visitor.context().close()
  await desk.context().close()
})

test("what an agent chooses is spoken on all his devices at once, and what he types stays", async () => {
  const bo = await company.hire("Bo Lindqvist")
  const { conversationId } = await company.write("Vera", { text: "Where are my boots?" })
  const office = await stage.openBrowserOf(bo, stage.url, { locale: "de-AT" })
  const home = await stage.openBrowserOf(bo, stage.url)
  await office.goto(`${stage.url}/settings/profile`)
  await office.getByRole("heading", { name: "Profil", level: 1 }).waitFor()
  await home.goto(`${stage.url}/conversations/${conversationId}`)
  await home.getByRole("textbox", { name: "Answer" }).fill("Let me look at the")

  await office.getByRole("textbox", { name: "Name" }).fill("Bo L")
  await office.getByRole("combobox", { name: "Sprache von Parley" }).selectOption("Svenska")
  await office.getByRole("button", { name: "Spara" }).waitFor()
  expect(await office.getByRole("textbox", { name: "Namn" }).inputValue()).toBe("Bo L")
  const answer = home.getByRole("textbox", { name: "Svar" })
  await answer.waitFor()
  expect(await answer.inputValue()).toBe("Let me look at the")
  expect(await direction(home)).toEqual(["sv", "ltr"])
  await home.getByRole("log", { name: "Meddelanden" }).getByText("Where are my boots?").waitFor()

  await home.reload()
  await home.getByRole("textbox", { name: "Svar" }).waitFor()
  await office.getByRole("combobox", { name: "Språk i Parley" }).selectOption("Som webbläsaren")
  await office.getByRole("combobox", { name: "Sprache von Parley" }).waitFor()
  await home.getByRole("textbox", { name: "Answer" }).waitFor()
  await office.context().close()
  await home.context().close()
})

test("whoever is not signed in reads the browser's language", async () => {
  const stranger = await stage.openBrowser({ locale: "fr-CA" })
  await stranger.goto(stage.url)
  await stranger.getByRole("textbox", { name: "E-mail" }).fill("nobody@acme.example")
  await stranger.getByLabel("Mot de passe").fill("not the password")
  await stranger.getByRole("button", { name: "Se connecter" }).click()
  await stranger.getByText("L’e-mail ou le mot de passe est incorrect.").waitFor()
  expect(await direction(stranger)).toEqual(["fr", "ltr"])
  await stranger.context().close()
})

test.each([
  ["lang=en", "Open chat", "Start a conversation", "ltr"],
  ["lang=de-CH", "Chat öffnen", "Gespräch beginnen", "ltr"],
  ["lang=fr", "Ouvrir le chat", "Démarrer une conversation", "ltr"],
  ["lang=es-MX", "Abrir el chat", "Iniciar una conversación", "ltr"],
  ["lang=sv", "Öppna chatten", "Starta en konversation", "ltr"],
  ["lang=ar", "فتح الدردشة", "ابدأ محادثة", "rtl"],
  // What the page says of the chat comes before what it says of itself, and that before the browser.
  ["lang=de&chosen=es", "Abrir el chat", "Iniciar una conversación", "ltr"],
  ["lang=fi", "Öppna chatten", "Starta en konversation", "ltr"],
])("the chat on a page with %s says %s", async (query, open, start, dir) => {
  const page = await stage.openBrowser({ locale: "sv-SE", reducedMotion: "reduce" })
  await page.goto(shopIn(query))
  await page.getByRole("button", { name: open }).click()
  await page.getByRole("button", { name: start }).waitFor()
  expect(await page.locator("parley-chat .stage").getAttribute("dir")).toBe(dir)
  await page.context().close()
})

test("on a phone the longest names keep to their places, and the section that is open is in sight", async () => {
  const agent = await company.hire("Grete Sommer")
  const phone = await stage.openBrowserOf(agent, stage.url, { ...PHONE, locale: "de-DE" })
  await phone.goto(`${stage.url}/settings/workspace`)
  const tab = phone.getByRole("link", { name: "Arbeitsbereich" })
  await tab.waitFor()
  const { width } = PHONE.viewport
  await expect.poll(async () => ((await tab.boundingBox())?.x ?? width) < width).toBe(true)
  const names = await phone
    .getByRole("navigation")
    .last()
    .getByRole("link")
    .locator("span:not([data-count])")
    .all()
  const boxes = await Promise.all(names.map((name) => name.boundingBox()))
  const edges = boxes.flatMap((box) => (box === null ? [] : [{ from: box.x, to: box.x + box.width }]))
  expect(edges).toHaveLength(6)
  for (const [place, { to }] of edges.entries())
    expect(to).toBeLessThanOrEqual(edges[place + 1]?.from ?? width)
})

test("a workspace begins with a team and a website that are called so in its owner's language", async () => {
  const german = await openStage()
  const owner = await german.openBrowser({ locale: "de-CH" })
  await owner.goto(german.url)
  await owner.getByLabel("Ihr Name").fill("Ada Okafor")
  await owner.getByLabel("Geschäftliche E-Mail").fill("ada@acme.example")
  await owner.getByLabel("Passwort").fill(PASSWORD)
  await owner.getByLabel("Firma").fill("Acme")
  await owner.getByRole("button", { name: "Arbeitsbereich anlegen" }).click()
  await owner.getByRole("link", { name: /^Das ganze Team(, |$)/ }).waitFor()
  await german.close()
})
