/** What the page itself notes while it is measured. Times in milliseconds. */
export type Watched = {
  /** When rows could first be seen, from the start of the navigation. */
  listAt: number | undefined
  /** From each click on a row until the messages behind it could be seen. */
  openings: number[]
  /** From each key until the frame that showed its outcome. */
  frames: number[]
}

declare global {
  interface Window {
    bench?: Watched
  }
}

/** Runs in the page, before anything of the page's own. */
export function watchPage(): void {
  const watched: Watched = { listAt: undefined, openings: [], frames: [] }
  window.bench = watched
  let opening: { clickedAt: number; path: string; before: string } | undefined

  /** The first task after the next frame. */
  const afterFrame = (then: () => void): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.addEventListener("message", then, { once: true })
      port1.start()
      port2.postMessage(undefined)
    })
  }
  const messages = (): string => document.querySelector('[role="log"]')?.textContent ?? ""
  const isOpened = ({ path, before }: { path: string; before: string }): boolean => {
    const shown = messages()
    return location.pathname === path && shown !== "" && shown !== before
  }

  const look = (): void => {
    if (watched.listAt === undefined && document.querySelector('[aria-label="Conversations"] li') !== null) {
      watched.listAt = Number.NaN
      afterFrame(() => {
        watched.listAt = performance.now()
      })
    }
    if (opening !== undefined && isOpened(opening)) {
      const { clickedAt } = opening
      opening = undefined
      afterFrame(() => watched.openings.push(performance.now() - clickedAt))
    }
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true })
  const capture = { capture: true }
  addEventListener(
    "click",
    ({ target, timeStamp }) => {
      const link = target instanceof Element ? target.closest("a") : null
      if (link !== null) opening = { clickedAt: timeStamp, path: link.pathname, before: messages() }
    },
    capture,
  )
  addEventListener(
    "keydown",
    ({ timeStamp }) => afterFrame(() => watched.frames.push(performance.now() - timeStamp)),
    capture,
  )
}
