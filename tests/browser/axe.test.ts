/** Every screen of the desk of a company at work, light and dark. */
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as people from "../harness/people.ts"
import { answerField, conversation, inbox, log, rows } from "../harness/people.ts"
import { expectNothing, PHONE, SCHEMES } from "./axe.ts"
import { furnish, type Furnished } from "./furnished.ts"
import { openStage, type Stage } from "./stage.ts"

describe.each(SCHEMES)("in a company at work, %s", (colorScheme) => {
  const looks = { colorScheme, reducedMotion: "reduce" } as const
  let stage: Stage
  let company: Furnished
  let page: Page
  beforeAll(async () => {
    stage = await openStage()
    company = await furnish(stage)
    page = await stage.openBrowserOf(company.ada, stage.url, looks)
    await page.goto(stage.url)
    await inbox(page, "Me").waitFor()
  })
  afterAll(async () => {
    await company?.stop()
    await stage?.close()
  })

  test("the pages of an account", async () => {
    const invitation = await company.ada.send("POST", "/invitations", {})
    const stranger = await stage.openBrowser(looks)
    await expectNothing(stranger, {
      "sign in": async () => {
        await stranger.goto(stage.url)
        await stranger.getByRole("button", { name: "Sign in" }).waitFor()
      },
      "refused sign-in": async () => {
        await stranger.getByRole("textbox", { name: "E-mail" }).fill("nobody@fjord.test")
        await stranger.getByLabel("Password").fill("not the password")
        await stranger.getByRole("button", { name: "Sign in" }).click()
        await stranger.getByText("E-mail or password is wrong.").waitFor()
      },
      "forgotten password": () => go(stranger, "/forgot-password", "Forgotten password"),
      "new password": () => go(stranger, "/reset-password/a-token", "Choose a new password"),
      invitation: () => go(stranger, new URL(String(invitation.body.link)).pathname, "Join Acme"),
      "invitation that is over": () => go(stranger, "/invitation/none", "This invitation does not work"),
      unreachable: async () => {
        await stranger.route("**/api/v1/**", (route) => route.abort())
        await go(stranger, "/", "Parley cannot be reached")
      },
    })
  })

  test("lists with everything a row can show", async () => {
    await expectNothing(
      page,
      Object.fromEntries(
        ["Me", "Mentions", "Unassigned", "Starred", "All", "Everyone"].map((name) => [
          name,
          async () => {
            await people.openInbox(page, name)
            await rows(page).first().waitFor()
          },
        ]),
      ),
    )
  })

  test("conversations of every kind", async () => {
    const open = (name: string) => company.open(page, name)
    await expectNothing(page, {
      "with notes, events, answers and a colleague at work": async () => {
        await open("Vera")
        await conversation(page).getByText("Bo Lindqvist is writing an answer…").waitFor()
      },
      "on offer": async () => {
        await open("Wim")
        await conversation(page).getByRole("button", { name: "Accept" }).waitFor()
      },
      unassigned: () => open("Zoe"),
      closed: async () => {
        await open("Yara")
        await conversation(page).getByRole("button", { name: "Reopen" }).waitFor()
      },
      "by SMS, not delivered": async () => {
        await open("Anna")
        await log(page).getByRole("button", { name: "Send again" }).waitFor()
        await answerField(page).fill("Counted by segments. ".repeat(12))
      },
      "opted out": async () => {
        await answerField(page).fill("")
        await open("Berit")
        await conversation(page).getByText("opted out of messages").first().waitFor()
      },
      "a note being written": async () => {
        await open("Vera")
        await page.getByRole("switch", { name: "Internal note" }).click()
        await page.getByRole("textbox", { name: "Internal note" }).pressSequentially("For @b")
        await page.getByRole("option", { name: "Bo Lindqvist" }).waitFor()
      },
      "too long": async () => {
        await page.getByRole("textbox", { name: "Internal note" }).fill("")
        await page.getByRole("switch", { name: "Internal note" }).click()
        await answerField(page).fill("long ".repeat(2_100))
        await conversation(page).getByText("characters too many").waitFor()
      },
      "with words at the foot": async () => {
        await answerField(page).fill("")
        await conversation(page).getByRole("button", { name: "Close", exact: true }).click()
        await page.getByRole("button", { name: "Undo" }).waitFor()
      },
      "not to be seen": async () => {
        await page.getByRole("button", { name: "Undo" }).click()
        await page.goto(`${stage.url}/conversations/01900000-0000-7000-8000-000000000000`)
        await page.getByText("There is nothing here that you may see.").waitFor()
      },
    })
  })

  test("menus and dialogs of the desk", async () => {
    await company.open(page, "Vera")
    // Only where one is open: with nothing to put away, Escape leads back to the list.
    const putAway = async () => {
      if (await page.getByRole("menu").isHidden()) return
      await page.keyboard.press("Escape")
      await page.getByRole("menu").waitFor({ state: "detached" })
    }
    const menu = (name: string | RegExp) => async () => {
      await putAway()
      await page.getByRole("button", { name, exact: true }).click()
      await page.getByRole("menu").waitFor()
    }
    await expectNothing(page, {
      assign: menu("Assign"),
      filter: menu("Filter"),
      sort: menu("Sort"),
      availability: menu(/^Available, /),
      oneself: menu("Ada Okafor"),
      addresses: menu(/^via /),
      message: async () => {
        await putAway()
        const message = log(page).getByRole("article").last()
        await message.hover()
        await message.getByRole("button", { name: "Message actions" }).click()
        await page.getByRole("menu").waitFor()
      },
      keys: async () => {
        await putAway()
        await log(page).focus()
        await page.keyboard.press("?")
        await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
      },
      palette: async () => {
        await page.keyboard.press("Escape")
        await page.getByRole("dialog").waitFor({ state: "detached" })
        await page.keyboard.press("Control+k")
        await page.getByRole("dialog", { name: "Commands" }).getByRole("combobox").fill("lead")
        await page.getByRole("group", { name: "Conversations" }).waitFor()
      },
      "palette without a match": async () => {
        await page.getByRole("dialog", { name: "Commands" }).getByRole("combobox").fill("xyzzy")
        await page.getByText("Nothing here has this name.").waitFor()
      },
    })
    await page.keyboard.press("Escape")
    await expectNothing(page, {
      "labels of a message": async () => {
        await log(page).focus()
        await page.keyboard.press("l")
        await page.getByRole("combobox", { name: "Find or make a label" }).fill("new one")
        await page.getByRole("option", { name: "Make “new one”" }).waitFor()
      },
    })
    await page.keyboard.press("Escape")
    const panel = page.getByRole("complementary", { name: "Customer" })
    await expectNothing(page, {
      "a customer's name": () => panel.getByRole("button", { name: "Change the name" }).click(),
      "a new field": async () => {
        await page.keyboard.press("Escape")
        await panel.getByRole("button", { name: "Add a field" }).click()
      },
      "a new remark": async () => {
        await panel.getByRole("button", { name: "Add a remark" }).click()
        await panel.getByRole("textbox", { name: "Remark" }).fill("Likes it.")
      },
      "a remark": async () => {
        await panel.getByRole("button", { name: "Save" }).click()
        await panel.getByRole("list", { name: "Remarks" }).waitFor()
      },
    })
  })

  test("customers", async () => {
    await expectNothing(page, {
      "the page": async () => {
        await page.goto(`${stage.url}/customers`)
        await page.getByRole("list", { name: "Customers" }).getByRole("link").first().waitFor()
      },
      "an import": async () => {
        await page.getByRole("button", { name: "Import and export" }).click()
        await page.getByRole("menuitem", { name: "Import from CSV…" }).click()
        await page.getByRole("dialog", { name: "Import customers" }).waitFor()
        await page.getByLabel("CSV file").setInputFiles({
          name: "customers.csv",
          mimeType: "text/csv",
          buffer: Buffer.from("Name,Phone,Plan\nZoe,12,Pro\n"),
        })
        await page.getByText("Line 2").waitFor()
      },
      "nobody found": async () => {
        await page.keyboard.press("Escape")
        await page.getByRole("dialog").waitFor({ state: "detached" })
        await page.getByRole("searchbox", { name: "Find by name" }).fill("nobody of this name")
        await page.getByText("Nobody here matches.").waitFor()
      },
    })
  })

  const open = (section: string) => go(page, `/settings/${section.toLowerCase()}`, section)
  const dialog = (button: string, name: string) => async () => {
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    await page.getByRole("button", { name: button }).click()
    await page.getByRole("dialog", { name }).waitFor()
  }

  test("settings", async () => {
    await expectNothing(page, {
      profile: () => open("Profile"),
      notifications: async () => {
        await open("Notifications")
        await page.getByRole("switch", { name: "Quiet hours" }).click()
        await page.getByLabel("From").waitFor()
      },
      workspace: () => open("Workspace"),
      team: () => open("Team"),
      invitation: async () => {
        await page.getByRole("button", { name: "Invite" }).click()
        await expect
          .poll(() => page.getByRole("textbox", { name: "Invitation link" }).inputValue())
          .toContain("/invitation/")
      },
      "a team": dialog("Change Everyone", "Everyone"),
      "a team's hours": async () => {
        await page.getByRole("switch", { name: "Working hours" }).click()
        await page.getByLabel("Holiday", { exact: true }).fill("2026-12-24")
        await page.getByRole("button", { name: "Add", exact: true }).click()
      },
      "a new team": dialog("New team", "New team"),
      sources: async () => {
        await open("Sources")
        await page.getByRole("switch", { name: "Speak to visitors first" }).first().click()
        await page.getByRole("textbox", { name: "Text", exact: true }).waitFor()
      },
      labels: () => open("Labels"),
      "a label": dialog("Change label 3", "label 3"),
      "a new label": dialog("New label", "New label"),
      "sources again": () => open("Sources"),
      "a new website": dialog("Add a website", "Add a website"),
      "a new number": dialog("Add an SMS number", "Add an SMS number"),
    })
    const agent = await stage.openBrowserOf(company.bo, stage.url, looks)
    await expectNothing(
      agent,
      Object.fromEntries(
        ["Team", "Sources", "Workspace"].map((section) => [
          `${section}, not an admin's`,
          async () => {
            await go(agent, `/settings/${section.toLowerCase()}`, section)
            await agent.getByText("Only admins and owners can change this.").waitFor()
          },
        ]),
      ),
    )
  })

  test("settings of other programs", async () => {
    await expectNothing(page, {
      keys: () => go(page, "/settings/keys", "API keys"),
      "a new key": dialog("New key", "New key"),
      "a made key": async () => {
        await page.getByRole("textbox", { name: "Name" }).fill("Reports")
        await page.getByRole("button", { name: "Make key" }).click()
        await page.getByRole("textbox", { name: "Key" }).waitFor()
      },
      "a key to revoke": dialog("Revoke Reports", "Revoke Reports?"),
      webhooks: () => open("Webhooks"),
      "a new webhook": dialog("New webhook", "New webhook"),
      "a made webhook": async () => {
        await page.getByRole("textbox", { name: "Address" }).fill("https://hooks.example/parley")
        await page.getByRole("button", { name: "Create" }).click()
        await page.getByText("told of 1 thing").waitFor()
      },
      "a webhook": dialog("Change hooks.example", "Change hooks.example"),
      deliveries: async () => {
        await dialog("Deliveries", "Deliveries to hooks.example")()
        await page.getByRole("button", { name: "Send a test" }).click()
        await page.getByRole("dialog").getByRole("listitem").first().waitFor()
      },
    })
  })

  test("smaller screens", async () => {
    const phone = await stage.openBrowserOf(company.ada, stage.url, { ...looks, ...PHONE })
    const close = async () => {
      await phone.keyboard.press("Escape")
      await phone.getByRole("menu").or(phone.getByRole("dialog")).waitFor({ state: "detached" })
    }
    await expectNothing(phone, {
      list: async () => {
        await phone.goto(`${stage.url}/inbox/me`)
        await rows(phone).first().waitFor()
      },
      inboxes: async () => {
        await phone.getByRole("heading", { level: 1 }).getByRole("button").click()
        await phone.getByRole("menu").waitFor()
      },
      conversation: async () => {
        await close()
        await company.open(phone, "Vera")
      },
      more: async () => {
        await phone.getByRole("button", { name: "More" }).click()
        await phone.getByRole("menu").waitFor()
      },
      customer: async () => {
        await close()
        await phone.getByRole("button", { name: "Customer information" }).click()
        await phone.getByRole("dialog", { name: "Customer" }).waitFor()
      },
      ...Object.fromEntries(
        ["Profile", "Notifications", "Team", "Sources", "Labels", "Workspace"].map((section) => [
          section,
          () => go(phone, `/settings/${section.toLowerCase()}`, section),
        ]),
      ),
    })
    const narrow = await stage.openBrowserOf(company.ada, stage.url, {
      ...looks,
      viewport: { width: 1024, height: 768 },
    })
    await expectNothing(narrow, {
      "customer as a sheet": async () => {
        await company.open(narrow, "Vera")
        await narrow.getByRole("button", { name: "Customer information" }).click()
        await narrow.getByRole("dialog", { name: "Customer" }).waitFor()
      },
      offline: async () => {
        await narrow.keyboard.press("Escape")
        await narrow.routeWebSocket("**/api/v1/stream**", (socket) => socket.close())
        await narrow.route("**/api/v1/**", (route) => route.abort())
        await narrow.reload()
        await narrow.getByText("Offline. What you write is sent when you are back.").waitFor()
      },
    })
  })

  async function go(browser: Page, path: string, heading: string): Promise<void> {
    await browser.goto(stage.url + path)
    await browser.getByRole("heading", { name: heading, level: 1 }).waitFor()
  }
})
