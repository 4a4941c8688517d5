/** What the loader hands to the panel, and what the panel answers: the only seam between the two scripts. */
import type { Language } from "../protocol/languages.ts"
import type { LauncherSettings } from "../protocol/visitor.ts"

/** In front of the loader the server writes `const PARLEY = …`: the source's settings and the panel's script. */
export type Boot = { settings: LauncherSettings; panel: string }

export type Launcher = {
  settings: LauncherSettings
  /** Where Parley is, without a slash at the end. */
  origin: string
  root: ShadowRoot
  /** Inside the shadow root; language, direction and colours are set on it. */
  stage: HTMLElement
  languages: readonly string[]
  /** What the chat's own words are in. */
  language: Language
  /** `label`: the count, said in words. */
  showUnread(count: number, label?: string): void
  /** `closeWords`: what its button does while the panel is open; the launcher knows only how to open it. */
  showOpen(closeWords?: string): void
  focus(): void
}

export type Panel = {
  /** Opens or closes; without a word from anybody the other of what it is. */
  toggle(isOpen?: boolean): void
  /** Sends in the visitor's name and shows the conversation. */
  answerProactive(text: string): void
  /** Whose browser it is, by the website's word: `proven`, or why not. */
  identify(proof: Proof): Promise<string>
  /** The browser is nobody's any more. */
  reset(): void
}

/** docs/widget.md says how a website's server makes one. */
export type Proof = { token: string } | { userId: string; hash: string }
