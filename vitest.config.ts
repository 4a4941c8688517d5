import { defineConfig } from "vitest/config"

const long = process.env.PARLEY_TEST_ALL === "1" ? [] : ["**/*.long.test.ts"]
const files = (root: string) => `${root}/**/*.test.{ts,tsx}`
const everywhere = ["protocol", "server", "desk", "widget", "tests"].map(files)
const exclude = ["**/node_modules/**", "**/.build/**", ...long]

export default defineConfig({
  test: {
    globalSetup: ["tests/harness/postgres.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    reporters: ["default"],
    // Two cores: more files at once only make each other late.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: "server", include: everywhere, exclude: [...exclude, files("tests/browser")] },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: [files("tests/browser")],
          exclude,
          fileParallelism: false,
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
