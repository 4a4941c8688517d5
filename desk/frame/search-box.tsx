import { useNavigate, useRouterState } from "@tanstack/react-router"
import { useEffect, useRef, useState, type KeyboardEvent } from "react"
import { useActions } from "../actions/actions.ts"
import { t } from "../texts/texts.ts"
import { Button, Icon } from "../ui/ui.ts"
import style from "./search-box.module.css"

/** Nobody reads what is found while he still types. */
const PAUSE = 200

/** The one box that finds everything. What is asked stands in the address, so that going back brings it back. */
export function SearchBox() {
  const navigate = useNavigate()
  const box = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const asked = useRouterState({ select: ({ location }) => askedIn(location.search) })
  const isThere = useRouterState({ select: ({ location }) => location.pathname === "/search" })
  const [typed, setTyped] = useState(asked)
  // An address that comes late, after more was typed, must not take it back.
  const sent = useRef(asked)
  useEffect(() => {
    if (asked !== sent.current) setTyped(asked)
    sent.current = asked
  }, [asked])
  useEffect(() => () => clearTimeout(timer.current), [])
  useActions({
    search: () => {
      box.current?.focus()
      box.current?.select()
    },
  })

  const go = (q: string) => {
    clearTimeout(timer.current)
    sent.current = q
    void navigate({ to: "/search", search: { q }, replace: isThere })
  }
  const type = (q: string) => {
    setTyped(q)
    clearTimeout(timer.current)
    if (q !== "" || isThere) timer.current = setTimeout(() => go(q), PAUSE)
  }
  const press = (event: KeyboardEvent) => {
    // Safari says keyCode 229 for the Enter that ends a composition.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === "Enter") go(typed)
    else if (event.key === "ArrowDown" && isThere) focusFirstFound(event)
    else if (event.key === "Escape" && typed === "") box.current?.blur()
    else if (event.key === "Escape") type("")
  }
  return (
    <search className={style["bar"]}>
      <div className={style["box"]}>
        <Icon name="search" size={16} />
        <input
          ref={box}
          type="search"
          dir="auto"
          value={typed}
          maxLength={300}
          placeholder={t("search.title")}
          aria-label={t("search.title")}
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="search"
          onChange={(event) => type(event.target.value)}
          onKeyDown={press}
          onBlur={() => clearTimeout(timer.current)}
        />
        {typed === "" ? (
          <kbd aria-hidden="true">/</kbd>
        ) : (
          <Button
            icon="close"
            label={t("search.clear")}
            onClick={() => {
              type("")
              box.current?.focus()
            }}
          />
        )}
      </div>
    </search>
  )
}

function focusFirstFound(event: KeyboardEvent) {
  const found = document.querySelector<HTMLElement>("main [data-found]")
  if (!found) return
  event.preventDefault()
  found.focus()
}

function askedIn(search: { q?: unknown }): string {
  return typeof search.q === "string" ? search.q : ""
}
