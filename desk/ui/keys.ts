import { useEffect, useRef } from "react"

/** How long the first key of a pair such as `g m` waits for the second, in milliseconds. */
const PAIR_WAIT = 1_200

type Keys = Record<string, (event: KeyboardEvent) => void>

const layers: { current: Keys }[] = []
let first = ""
let firstAt = 0

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.closest("input, textarea, select, [role=menu], [role=dialog], [role=listbox]") !== null
  )
}

/** Enter and Space on a button or a link are its own. */
function isPress({ key, target }: KeyboardEvent): boolean {
  return (key === "Enter" || key === " ") && target instanceof Element && target.closest("button, a") !== null
}

function listen(event: KeyboardEvent) {
  if (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.isComposing ||
    isTyping(event) ||
    isPress(event)
  )
    return
  const pair = `${first} ${event.key}`
  const paired = first !== "" && event.timeStamp - firstAt < PAIR_WAIT ? actionOf(pair) : undefined
  const action = paired ?? actionOf(event.key)
  first = paired ? "" : event.key
  firstAt = event.timeStamp
  if (!action) return
  event.preventDefault()
  action(event)
}

/** The layer mounted last wins, so an open conversation's keys stand before the list's. */
function actionOf(keys: string) {
  return layers.findLast((layer) => layer.current[keys])?.current[keys]
}

/** Single-key shortcuts (`"j"`, `"g m"`) while mounted; silent while somebody types or a menu or dialog is open. */
export function useKeys(keys: Keys) {
  const layer = useRef(keys)
  useEffect(() => {
    layer.current = keys
  })
  useEffect(() => {
    if (layers.length === 0) document.addEventListener("keydown", listen)
    layers.push(layer)
    return () => {
      layers.splice(layers.indexOf(layer), 1)
      if (layers.length === 0) document.removeEventListener("keydown", listen)
    }
  }, [])
}
