/** The screens of the desk where nobody has begun, light and dark. */
import { afterAll, beforeAll, test } from "vitest"
import { createPerson } from "../flows/person.ts"
import { succeed } from "../flows/company.ts"
import * as people from "../harness/people.ts"
import { expectNothing, SCHEMES } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

test("the first start, and a shop without anybody in it", async () => {
  for (const colorScheme of SCHEMES) {
    const page = await stage.openBrowser({ colorScheme, reducedMotion: "reduce" })
    await expectNothing(page, {
      "first start": async () => {
        await page.goto(stage.url)
        await page.getByRole("heading", { name: "Create your workspace" }).waitFor()
      },
      "shop without a workspace": () => page.goto(`${stage.url}/try`),
    })
  }
})

test("each inbox while it is empty", async () => {
  const first = await stage.openBrowser()
  await people.firstStart(first, stage.url, { name: "Ada", email: "ada@fjord.test", company: "Fjord" })
  const ada = createPerson(stage.url)
  await succeed(ada.send("POST", "/sign-in", { email: "ada@fjord.test", password: people.PASSWORD }))
  for (const colorScheme of SCHEMES) {
    const page = await stage.openBrowserOf(ada, stage.url, { colorScheme, reducedMotion: "reduce" })
    await page.goto(stage.url)
    await expectNothing(page, {
      ...Object.fromEntries(
        ["Me", "Mentions", "Unassigned", "Starred", "All", "Everyone"].map((name) => [
          name,
          () => people.openInbox(page, name),
        ]),
      ),
      closed: async () => {
        await page.getByRole("button", { name: "Filter" }).click()
        await page.getByRole("menuitemradio", { name: "Closed" }).click()
        await page.getByRole("button", { name: "Show open ones" }).waitFor()
      },
      filtered: async () => {
        await page.getByRole("button", { name: "Show open ones" }).click()
        await page.getByRole("button", { name: "Filter" }).click()
        await page.getByRole("menuitemcheckbox", { name: "SMS" }).click()
        await page.keyboard.press("Escape")
        await page.getByText("Nothing here matches the filter.").waitFor()
      },
    })
    await page.getByRole("button", { name: "Clear filter" }).click()
  }
})
