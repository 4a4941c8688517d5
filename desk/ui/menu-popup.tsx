import { useRef, type FocusEvent, type KeyboardEvent } from "react"
import { Menu } from "@base-ui/react/menu"
import { Icon } from "./icon.tsx"
import type { MenuLine, MenuProps } from "./menu.tsx"
import { useCloseOnBack } from "./use-close-on-back.ts"
import { usePlainGuards } from "./use-plain-guards.ts"
import style from "./menu-popup.module.css"

export default function MenuPopup({
  button,
  lines,
  side = "bottom",
  align = "start",
  isOpen,
  onOpen,
  startsOpen,
  startsAtItem,
}: MenuProps & { startsOpen: boolean; startsAtItem: boolean }) {
  const isToStart = useRef(startsAtItem)
  // Whoever opened it by a key stands on the first item, as he does whenever the menu sees that key itself.
  const startAtItem = (event: FocusEvent<HTMLElement>) => {
    if (!isToStart.current) return
    isToStart.current = false
    event.currentTarget.querySelector<HTMLElement>("[role^=menuitem]")?.focus()
  }
  const typing = useTypedSpace()
  const actions = useRef<Menu.Root.Actions>(null)
  return (
    <Menu.Root
      modal={false}
      actionsRef={actions}
      defaultOpen={startsOpen}
      {...(isOpen === undefined ? {} : { open: isOpen })}
      {...(onOpen ? { onOpenChange: (open) => onOpen(open) } : {})}
    >
      <Menu.Trigger render={button} />
      <Menu.Portal>
        <Menu.Positioner
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={style["place"]}
        >
          <Menu.Popup className={style["menu"]} onFocus={startAtItem} {...typing}>
            <Body lines={lines} onClose={() => actions.current?.close()} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

/** Milliseconds within which letters are one word: as long as Base UI gathers them to find a line by its name. */
const ONE_WORD = 750

/** A space within a name that is typed is a letter of it and chooses nothing. */
function useTypedSpace() {
  const typedAt = useRef(-Infinity)
  const look = (event: KeyboardEvent) => {
    const isInWord = event.timeStamp - typedAt.current < ONE_WORD
    if (event.key === " " && isInWord) {
      event.preventDefault()
      event.stopPropagation()
    }
    if (event.type === "keydown" && event.key.length === 1 && (event.key !== " " || isInWord))
      typedAt.current = event.timeStamp
  }
  return { onKeyDownCapture: look, onKeyUpCapture: look }
}

/** Mounted only while the menu is open. */
function Body({ lines, onClose }: { lines: readonly MenuLine[]; onClose: () => void }) {
  usePlainGuards()
  useCloseOnBack(onClose)
  return <Lines lines={lines} />
}

function Lines({ lines }: { lines: readonly MenuLine[] }) {
  return lines.map((line, at) => <Line key={at} line={line} />)
}

function Line({ line }: { line: MenuLine }) {
  switch (line.kind) {
    case "item":
      return (
        <Menu.Item className={style["item"]} disabled={line.isDisabled ?? false} onClick={line.onSelect}>
          {line.icon && <Icon name={line.icon} size={16} />}
          {line.before}
          <span className={style["label"]}>{line.label}</span>
          {line.after && <span className={style["after"]}>{line.after}</span>}
        </Menu.Item>
      )
    case "check":
      return (
        <Menu.CheckboxItem
          className={style["item"]}
          checked={line.isChecked}
          onCheckedChange={line.onChange}
          closeOnClick={false}
        >
          <span className={style["mark"]}>{line.isChecked && <Icon name="check" size={16} />}</span>
          <span className={style["label"]}>{line.label}</span>
          {line.after && <span className={style["after"]}>{line.after}</span>}
        </Menu.CheckboxItem>
      )
    case "choice":
      return (
        <Menu.Group>
          <Menu.GroupLabel className={style["heading"]}>{line.label}</Menu.GroupLabel>
          <Menu.RadioGroup
            value={line.value}
            onValueChange={(value: unknown) => line.onChange(String(value))}
          >
            {line.choices.map((choice) => (
              <Menu.RadioItem key={choice.value} value={choice.value} className={style["item"]} closeOnClick>
                <span className={style["mark"]}>
                  {choice.value === line.value && <Icon name="check" size={16} />}
                </span>
                <span className={style["label"]}>{choice.label}</span>
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </Menu.Group>
      )
    case "group":
      return (
        <Menu.Group>
          <Menu.GroupLabel className={style["heading"]}>{line.label}</Menu.GroupLabel>
          <Lines lines={line.lines} />
        </Menu.Group>
      )
    case "line":
      return <Menu.Separator className={style["line"]} />
  }
}
