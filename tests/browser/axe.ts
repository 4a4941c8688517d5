import { AxeBuilder } from "@axe-core/playwright"
import type { Page } from "playwright-core"
import { expect } from "vitest"

/** Each by its name, with how it is reached from the one before. */
export type Screens = Record<string, () => Promise<unknown>>

export const SCHEMES = ["light", "dark"] as const
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** Shows each screen; axe finds nothing on any of them at WCAG 2.2 AA. All that it found is told together. */
export async function expectNothing(page: Page, screens: Screens): Promise<void> {
  const found: string[] = []
  for (const [name, show] of Object.entries(screens)) {
    await show()
    found.push(...(await problemsOn(page)).map((problem) => `${name}: ${problem}`))
  }
  expect(found).toEqual([])
}

async function problemsOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"])
    // There are no frames, and without them this is several times faster.
    .setLegacyMode(true)
    .analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
  )
}
