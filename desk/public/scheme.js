/**
 * Light or dark by the agent's choice on this device, before anything is painted: hence a small script of its own in
 * the head, which the content security policy lets in where it would not let an inline one. `desk/ui/scheme.ts` keeps
 * the choice and says when it is another.
 */
{
  const root = document.documentElement
  const bars = document.querySelectorAll("meta[name=theme-color]")
  const ofSystem = [...bars].map(({ content }) => content)

  const show = () => {
    const chosen = localStorage.getItem("parley-scheme")
    root.dataset.scheme = chosen ?? "system"
    for (const [place, bar] of bars.entries())
      bar.content = ofSystem[chosen === "light" ? 0 : chosen === "dark" ? 1 : place]
  }
  show()
  addEventListener("parley-scheme", show)
  // Another window of this device.
  addEventListener("storage", show)
}
