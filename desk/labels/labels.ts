/**
 * Labels on the screen: the coloured words under a message and in a row, and the dialog that puts them on a message
 * or makes new ones. The dialog's code loads when it is first opened.
 */
export { LabelDialog } from "./label-dialog.tsx"
export { LabelDot, LabelTags } from "./label-tags.tsx"
export { ColorChoice } from "./color-choice.tsx"
