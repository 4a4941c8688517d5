/**
 * The person outside: what he is called, where he is, how he can be reached.
 *
 * Hides how a lead gets a name to be spoken of by, the words for a channel, and the panel with everything known of him
 * and noted about him, whose code loads beside the conversation.
 */
export { CustomerPanel } from "./customer-panel.tsx"
export { CustomerAvatar } from "./customer-avatar.tsx"
export { undoMerge } from "./undo-merge.ts"
export { channelIcon, channelWords } from "./channel-words.ts"
export { customerName, placeOf } from "./customer-name.ts"
