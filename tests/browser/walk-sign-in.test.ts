/** How people sign in: codes, passkeys, and what they do about it in Settings. */
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { codeOf } from "../harness/authenticator.ts"
import * as people from "../harness/people.ts"
import { inbox, PASSWORD } from "../harness/people.ts"
import { findFreePort } from "../harness/proxy.ts"
import { expectNothing, PHONE, SCHEMES } from "./axe.ts"
import { openStage, type Stage } from "./stage.ts"

let stage: Stage
let url: string
let ada: Page
let secret = ""
let recoveryCodes: string[] = []
const EMAIL = "ada@fjord.test"

beforeAll(async () => {
  const port = await findFreePort()
  // Passkeys belong to a name, and to no number.
  url = `http://localhost:${port}`
  stage = await openStage({ port, publicUrl: url })
  ada = await stage.openBrowser()
  await people.firstStart(ada, url, { name: "Ada Okafor", email: EMAIL, company: "Fjord Shoes" })
})
afterAll(() => stage?.close())

const panel = (page: Page, name: string) => page.getByRole("region", { name })

/** The password, and what is asked after it. */
async function enterPassword(page: Page, password = PASSWORD): Promise<void> {
  await page.goto(url)
  await page.getByRole("textbox", { name: "E-mail" }).fill(EMAIL)
  await page.getByLabel("Password").fill(password)
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByRole("textbox", { name: "Code" }).fill(code)
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
}

/** From the password to the codes on paper. */
async function setUp(dialog: Locator): Promise<void> {
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD)
  await dialog.getByRole("button", { name: "Continue" }).click()
  await dialog.getByRole("img", { name: "QR code for an authenticator app" }).waitFor()
  secret = (await dialog.getByRole("textbox", { name: "Key" }).inputValue()).replaceAll(" ", "")
  await dialog.getByRole("textbox", { name: "Code" }).fill("000000")
  await dialog.getByRole("button", { name: "Turn on" }).click()
  await dialog.getByText("The code is wrong").waitFor()
  await dialog.getByRole("textbox", { name: "Code" }).fill(codeOf(secret, -1))
  await dialog.getByRole("button", { name: "Turn on" }).click()
  const list = dialog.getByRole("list", { name: "Recovery codes" })
  await list.waitFor()
  recoveryCodes = await list.getByRole("listitem").allTextContents()
}

test("codes are set up with an app, and recovery codes are taken home", async () => {
  await people.openSettings(ada, "Sign-in")
  await panel(ada, "Two-factor sign-in").getByRole("button", { name: "Set up" }).click()
  const dialog = ada.getByRole("dialog", { name: "Two-factor sign-in" })
  await setUp(dialog)
  expect(recoveryCodes).toHaveLength(10)
  const [download] = await Promise.all([
    ada.waitForEvent("download"),
    dialog.getByRole("link", { name: "Download" }).click(),
  ])
  expect(download.suggestedFilename()).toBe("parley-recovery-codes.txt")
  await dialog.getByRole("button", { name: "Done" }).click()
  await panel(ada, "Two-factor sign-in").getByText("10 recovery codes are left").waitFor()
  expect(await ada.content()).not.toContain(recoveryCodes[0])
})

test("then a password is not enough: the code of the app is asked for, or one of the recovery codes", async () => {
  const phone = await stage.openBrowser(PHONE)
  await enterPassword(phone)
  await enterCode(phone, codeOf(secret))
  await phone.getByRole("heading", { name: "Me" }).waitFor()
  const library = await stage.openBrowser()
  await enterPassword(library)
  await enterCode(library, "000000")
  await library.getByText("The code is wrong").waitFor()
  await library.getByRole("checkbox", { name: "Do not ask on this browser for 30 days" }).check()
  await enterCode(library, recoveryCodes[0] ?? "")
  await inbox(library, "Me").waitFor()
  await library.context().close()
})

test("the devices one is signed in on are listed, and signed out from here", async () => {
  await ada.reload()
  const devices = panel(ada, "Signed in on")
  await devices.getByRole("listitem").first().getByText("This browser").waitFor()
  const others = devices.getByRole("button", { name: /^Sign out/ })
  await others.first().waitFor()
  const count = await others.count()
  await others.first().click()
  await ada.getByText("It is signed out.").waitFor()
  await expect.poll(() => others.count()).toBe(count - 1)
})

test("a passkey is added, named, opens the desk without a code, and is removed", async () => {
  const devtools = await ada.context().newCDPSession(ada)
  await devtools.send("WebAuthn.enable")
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const passkeys = panel(ada, "Passkeys")
  await passkeys.getByRole("button", { name: "Add a passkey" }).click()
  const dialog = ada.getByRole("dialog", { name: "Add a passkey" })
  await dialog.getByRole("textbox", { name: "Name" }).fill("Laptop")
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD)
  await dialog.getByRole("button", { name: "Add a passkey" }).click()
  await dialog.waitFor({ state: "detached" })
  await passkeys.getByRole("button", { name: "Rename Laptop" }).click()
  const renaming = ada.getByRole("dialog", { name: "Rename Laptop" })
  await renaming.getByRole("textbox", { name: "Name" }).fill("Old laptop")
  await renaming.getByRole("button", { name: "Save" }).click()
  await passkeys.getByText("Old laptop").waitFor()

  // Offered in the field, of what the browser has: this one chooses by itself.
  await ada.context().clearCookies()
  await ada.goto(url)
  await inbox(ada, "Me").waitFor()
  await ada.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false
  })
  await ada.context().clearCookies()
  await ada.goto(url)
  await ada.getByRole("button", { name: "Sign in with a passkey" }).click()
  await inbox(ada, "Me").waitFor()

  await people.openSettings(ada, "Sign-in")
  await passkeys.getByRole("button", { name: "Remove Old laptop" }).click()
  const removing = ada.getByRole("dialog", { name: "Remove Old laptop?" })
  await removing.getByLabel("Password").fill(PASSWORD)
  await removing.getByRole("button", { name: "Remove" }).click()
  await passkeys.getByText("You have none yet.").waitFor()
})

test("an owner wants two factors of all, and who has none is led to them", async () => {
  const bo = await stage.openBrowser()
  await people.invite(ada, bo, { name: "Bo Lindqvist", email: "bo@fjord.test" })
  await people.openSettings(ada, "Workspace")
  await ada.getByRole("switch", { name: "Everybody needs two factors" }).click()
  await ada.getByText("Saved.").waitFor()
  await bo.reload()
  await inbox(bo, "Me").waitFor()
  await bo.context().clearCookies()
  await bo.goto(url)
  await bo.getByRole("textbox", { name: "E-mail" }).fill("bo@fjord.test")
  await bo.getByLabel("Password").fill(PASSWORD)
  await bo.getByRole("button", { name: "Sign in", exact: true }).click()
  await bo.getByRole("heading", { name: "Set up two-factor sign-in" }).waitFor()
  await bo.getByText("Fjord Shoes wants two factors of everybody.").waitFor()
  await setUp(bo.getByRole("main"))
  await bo.getByRole("button", { name: "Done" }).click()
  await inbox(bo, "Me").waitFor()

  await people.openSettings(ada, "Team")
  await ada.getByRole("button", { name: "Reset two factors of Bo Lindqvist" }).click()
  await ada
    .getByRole("dialog", { name: "Reset two factors of Bo Lindqvist?" })
    .getByRole("button", { name: "Reset" })
    .click()
  await ada.getByText("Bo Lindqvist signs in by password now").waitFor()
})

test("codes are turned off, and the password changed, with the password", async () => {
  await people.openSettings(ada, "Sign-in")
  await panel(ada, "Two-factor sign-in").getByRole("button", { name: "Turn off" }).click()
  const dialog = ada.getByRole("dialog", { name: "Turn off two-factor sign-in?" })
  await dialog.getByLabel("Password").fill("not the password")
  await dialog.getByRole("button", { name: "Turn off" }).click()
  await dialog.getByText("The password is wrong.").waitFor()
  await dialog.getByLabel("Password").fill(PASSWORD)
  await dialog.getByRole("button", { name: "Turn off" }).click()
  await panel(ada, "Two-factor sign-in").getByRole("button", { name: "Set up" }).waitFor()

  const password = panel(ada, "Password")
  await password.getByLabel("Current password").fill(PASSWORD)
  await password.getByLabel("New password").fill("a password of hers")
  await password.getByRole("button", { name: "Change password" }).click()
  await ada.getByText("Your password was changed.").waitFor()
  const elsewhere = await stage.openBrowser()
  await enterPassword(elsewhere, "a password of hers")
  // Two factors are wanted, and she has none any more.
  await elsewhere.getByRole("heading", { name: "Set up two-factor sign-in" }).waitFor()
})

test.each(SCHEMES)("every screen of it is clean, %s", async (colorScheme) => {
  const page = await stage.openBrowser({ ...PHONE, colorScheme, reducedMotion: "reduce" })
  await expectNothing(page, {
    "set up": async () => {
      await enterPassword(page, "a password of hers")
      await page.getByRole("heading", { name: "Set up two-factor sign-in" }).waitFor()
      await page.getByLabel("Password", { exact: true }).fill("a password of hers")
      await page.getByRole("button", { name: "Continue" }).click()
      await page.getByRole("img", { name: "QR code for an authenticator app" }).waitFor()
    },
    "recovery codes": async () => {
      const key = (await page.getByRole("textbox", { name: "Key" }).inputValue()).replaceAll(" ", "")
      await page.getByRole("textbox", { name: "Code" }).fill(codeOf(key))
      await page.getByRole("button", { name: "Turn on" }).click()
      await page.getByRole("list", { name: "Recovery codes" }).waitFor()
    },
    settings: async () => {
      await page.getByRole("button", { name: "Done" }).click()
      await page.getByRole("heading", { name: "Me" }).waitFor()
      await page.goto(`${url}/settings/sign-in`)
      await panel(page, "Signed in on").waitFor()
    },
    "turning off": async () => {
      await panel(page, "Two-factor sign-in").getByRole("button", { name: "Turn off" }).click()
      await page.getByRole("dialog", { name: "Turn off two-factor sign-in?" }).waitFor()
    },
    "a code is asked for": async () => {
      await page.context().clearCookies()
      await enterPassword(page, "a password of hers")
      await page.getByRole("textbox", { name: "Code" }).waitFor()
    },
    "a new e-mail address": async () => {
      await page.goto(`${url}/confirm-email/none`)
      await page.getByRole("button", { name: "Confirm" }).waitFor()
    },
  })
  // For the other scheme: nobody has any.
  await page.context().close()
  await ada.goto(`${url}/settings/sign-in`)
  await panel(ada, "Two-factor sign-in").getByRole("button", { name: "Turn off" }).click()
  const dialog = ada.getByRole("dialog", { name: "Turn off two-factor sign-in?" })
  await dialog.getByLabel("Password").fill("a password of hers")
  await dialog.getByRole("button", { name: "Turn off" }).click()
  await panel(ada, "Two-factor sign-in").getByRole("button", { name: "Set up" }).waitFor()
})
