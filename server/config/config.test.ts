import { expect, test } from "vitest"
import { ConfigProblems, describeSettings, readConfig, settings } from "./config.ts"

function problemsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems
    throw error
  }
  return []
}

test("with nothing set everything has its default", () => {
  const config = readConfig({})
  expect(config).toMatchObject({ port: 8080, dataFolder: "./data", signup: "closed", changesKeptDays: 7 })
  expect([...config.roles]).toEqual(["http", "stream", "jobs"])
  expect(config.databaseUrl).toBeUndefined()
})

test("what is set is parsed; an empty variable counts as unset", () => {
  const config = readConfig({
    PORT: "9000",
    PARLEY_URL: "https://chat.example.com/",
    PARLEY_ROLES: "http, jobs",
    PARLEY_TRUSTED_PROXIES: "127.0.0.1,10.0.0.0/8",
    PARLEY_DATA: "",
  })
  expect(config).toMatchObject({ port: 9000, publicUrl: "https://chat.example.com", dataFolder: "./data" })
  expect([...config.roles]).toEqual(["http", "jobs"])
  expect(config.trustedProxies).toEqual(["127.0.0.1", "10.0.0.0/8"])
})

test("all problems are listed at once, each by the variable's name", () => {
  const problems = problemsOf({
    PORT: "http",
    PARLEY_URL: "chat.example.com",
    PARLEY_ROLES: "http,web",
    PARLEY_TRUSTED_PROXIES: "127.0.0.1, abc",
    PARLEY_SECRET: "short",
    SMTP_URL: "smtp://localhost",
  })
  const named = problems.map((problem) => problem.split(" ")[0])
  expect(new Set(named)).toEqual(
    new Set([
      "PORT",
      "PARLEY_URL",
      "PARLEY_ROLES",
      "PARLEY_SECRET",
      "PARLEY_TRUSTED_PROXIES",
      "PARLEY_MAIL_FROM",
    ]),
  )
})

test("the page of settings names every one of them", () => {
  for (const setting of Object.values(settings)) expect(describeSettings()).toContain(`## ${setting.name}\n`)
})
