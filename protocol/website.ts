/** Where a website's chat may be, told by rules without a library: the launcher carries them to every page. */
import type { Language } from "./languages.ts"
import type { HomeAnswer, LauncherSettings } from "./visitor.ts"

/** What the desk tells the page that shows a chat before it is saved. */
export type ChatPreview = {
  settings: LauncherSettings
  home: HomeAnswer | undefined
  shows: "home" | "conversation" | "first"
  /** Of the chat's own words. */
  language: Language
  direction: "ltr" | "rtl"
  scheme: "light" | "dark"
}

/** Whether a page of this host shows the chat: one of `domains`, or one below it; none of them means any. */
export function isAmong(host: string, domains: readonly string[]): boolean {
  return domains.length === 0 || domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
}

/** Whether the path is one of `pages`, of which `*` at the end stands for anything; none of them means any. */
export function isOnPage(path: string, pages: readonly string[]): boolean {
  return (
    pages.length === 0 ||
    pages.some((page) => (page.endsWith("*") ? path.startsWith(page.slice(0, -1)) : path === page))
  )
}
