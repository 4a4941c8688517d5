/** What the loader hands to the panel, and what the panel answers: the only seam between the two scripts. */
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
  showUnread(count: number): void
  showOpen(isOpen: boolean): void
  focus(): void
}

export type Panel = {
  /** Opens or closes; without a word from anybody the other of what it is. */
  toggle(isOpen?: boolean): void
  /** Sends in the visitor's name and shows the conversation. */
  answerProactive(text: string): void
}
