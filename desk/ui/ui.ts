/**
 * The desk's look: what every screen is made of and nothing that knows a conversation.
 *
 * Hides: tokens, the icon set, focus, the behaviour of menus and dialogs (Base UI). Menus and dialogs are told
 * what they hold as data and their code loads apart, after the list is shown: Base UI's floating parts weigh
 * more than the rest of the first screen together. What is traded: a menu cannot hold arbitrary elements.
 */
export { Avatar } from "./avatar.tsx"
export { Button } from "./button.tsx"
export { copyText } from "./copy.ts"
export { Dialog } from "./dialog.tsx"
export { Field } from "./field.tsx"
export { Icon, type IconName } from "./icon.tsx"
export { Menu, type MenuLine } from "./menu.tsx"
export { PhotoInput } from "./photo-input.tsx"
export { Popover } from "./popover.tsx"
export { SCHEMES, chooseScheme, useScheme } from "./scheme.ts"
export { Toasts, showToast } from "./toast.tsx"
export { useCloseOnBack } from "./use-close-on-back.ts"
export { useLanguage } from "./use-language.ts"
export { useSwipeBack } from "./use-swipe-back.ts"
export { useWatched } from "./use-watched.ts"
export { useWidth } from "./width.ts"
