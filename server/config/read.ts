import type { z } from "zod"
import { settings } from "./settings.ts"

type Settings = typeof settings
export type Config = { readonly [field in keyof Settings]: z.output<Settings[field]["rule"]> }

export class ConfigProblems extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration has problems:\n${problems.map((problem) => `  ${problem}`).join("\n")}`)
    this.name = "ConfigProblems"
    this.problems = problems
  }
}

/** An empty variable counts as unset: compose files and unit files often pass them so. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [field, setting] of Object.entries(settings)) {
    const text = environment[setting.name]?.trim()
    const parsed = setting.rule.safeParse(text === "" ? undefined : text)
    config[field] = parsed.data
    for (const issue of parsed.error?.issues ?? []) problems.push(`${setting.name} ${issue.message}.`)
  }
  if (config.smtpUrl !== undefined && config.mailFrom === undefined)
    problems.push("PARLEY_MAIL_FROM is needed when SMTP_URL is set.")
  if (config.s3Url !== undefined && (config.s3KeyId === undefined || config.s3Secret === undefined))
    problems.push("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed when S3_URL is set.")
  if (problems.length > 0) throw new ConfigProblems(problems)
  // The loop above filled every field of `settings` by that field's own rule.
  return config as Config
}
