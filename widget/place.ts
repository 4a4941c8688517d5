/** Where the visitor is, for the agents. */
export function page(): { url: string; title: string } {
  return { url: location.href.slice(0, 2_000), title: document.title.slice(0, 300) }
}

/** Sites change their address without loading a page, too. Told again until `tell` answers that it was heard. */
export function onMoved(tell: () => boolean): void {
  let place = location.href
  setInterval(() => {
    if (location.href !== place && tell()) place = location.href
  }, 1_000)
}
