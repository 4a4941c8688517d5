import type { ComponentProps } from "react"
import { Icon, type IconName } from "./icon.tsx"
import style from "./button.module.css"

type ButtonProps = Omit<ComponentProps<"button">, "className"> & {
  kind?: "plain" | "primary" | "quiet" | "danger"
  icon?: IconName
  /** With an icon and no children: the button's name, shown on hover too. */
  label?: string
}

export function Button({ kind, icon, label, children, type = "button", ...rest }: ButtonProps) {
  const isIconOnly = icon !== undefined && children === undefined
  return (
    <button
      type={type}
      className={isIconOnly && kind === undefined ? style["icon"] : style["button"]}
      data-kind={kind ?? "plain"}
      aria-label={label}
      title={isIconOnly ? label : undefined}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}
