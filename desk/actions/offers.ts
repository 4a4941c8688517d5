import { useEffect, useRef } from "react"
import { ACTIONS, keysOf, type ActionName } from "./catalogue.ts"

/** One of several ways to do an action, such as the colleague to assign to. */
export type Choice = { label: string; run: () => void }
/** What can be done right now: an act, or one of several. False and undefined: not now. */
type Offers = { readonly [name in ActionName]?: (() => void) | readonly Choice[] | false | undefined }

/** How long the first key of a pair such as `g m` waits for the second, in milliseconds. */
const PAIR_WAIT = 1_200
/** Letters that follow one typed into a field within this time are meant for it, though the field has gone, in milliseconds. */
const TYPING_GOES_ON = 1_000

const NAMES = Object.keys(ACTIONS).filter((name): name is ActionName => Object.hasOwn(ACTIONS, name))

const layers: { current: Offers }[] = []
let first = ""
let firstAt = 0
let typedAt = -Infinity

/** Everything on offer, in the catalogue's order. */
export function offered(): { name: ActionName; act: (() => void) | readonly Choice[] }[] {
  return NAMES.flatMap((name) => {
    const act = findOffer(name)
    return act ? [{ name, act }] : []
  })
}

/** Does it, or the first of its choices. Answers whether it is on offer. */
export function runAction(name: ActionName): boolean {
  const act = findOffer(name)
  const run = typeof act === "function" ? act : act?.[0]?.run
  run?.()
  return run !== undefined
}

/** Offers actions while mounted, to their keys and to the palette. */
export function useActions(offers: Offers) {
  const layer = useRef(offers)
  useEffect(() => {
    layer.current = offers
  })
  useEffect(() => {
    if (layers.length === 0) {
      document.addEventListener("keydown", listen)
      document.addEventListener("keydown", watchTyping, true)
      document.addEventListener("pointerdown", endTyping, true)
    }
    layers.push(layer)
    return () => {
      layers.splice(layers.indexOf(layer), 1)
      if (layers.length > 0) return
      document.removeEventListener("keydown", listen)
      document.removeEventListener("keydown", watchTyping, true)
      document.removeEventListener("pointerdown", endTyping, true)
    }
  }, [])
}

/** The layer mounted last wins, so an open conversation stands before its list. */
function findOffer(name: ActionName): (() => void) | readonly Choice[] | undefined {
  const act = layers.findLast(({ current }) => current[name])?.current[name]
  return act === false || (Array.isArray(act) && act.length === 0) ? undefined : act
}

function listen(event: KeyboardEvent) {
  if (event.defaultPrevented || event.altKey || event.isComposing || isPress(event)) return
  const isMod = event.ctrlKey || event.metaKey
  if (isIn(event, "[role=menu], [role=dialog]") || (!isMod && isTyping(event))) return
  // A colleague's act has taken the field from under the hands of who types: no letter of his may do anything.
  if (!isMod && event.timeStamp - typedAt < TYPING_GOES_ON) return void (typedAt = event.timeStamp)
  const pressed = isMod ? `Mod ${event.key.toLowerCase()}` : event.key
  const isSecond = first !== "" && event.timeStamp - firstAt < PAIR_WAIT
  const isPair = isSecond && runKeys(`${first} ${pressed}`)
  first = isPair || isMod ? "" : pressed
  firstAt = event.timeStamp
  if (isPair || runKeys(pressed)) event.preventDefault()
}

/** A letter into a field, a list or a menu is typing; Enter, Tab and Escape, by which one leaves it, are its end. */
function watchTyping(event: KeyboardEvent) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key.length > 1) return endTyping()
  if (isTyping(event) || isIn(event, "[role=menu]")) typedAt = event.timeStamp
}

function endTyping() {
  typedAt = -Infinity
}

function runKeys(keys: string): boolean {
  return NAMES.some((name) => keysOf(name) === keys && runAction(name))
}

function isTyping(event: KeyboardEvent): boolean {
  return (
    isIn(event, "input, textarea, select, [role=listbox]") ||
    (event.target instanceof HTMLElement && event.target.isContentEditable)
  )
}

function isIn({ target }: KeyboardEvent, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null
}

/** Enter and Space on a button or a link are its own. */
function isPress(event: KeyboardEvent): boolean {
  return (event.key === "Enter" || event.key === " ") && isIn(event, "button, a")
}
