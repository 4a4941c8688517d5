/**
 * The person outside: what he is called, where he is, how he can be reached.
 *
 * Hides how a lead gets a name to be spoken of by, and the words for a channel. Everything is taken from the
 * conversation's row and its presence; nothing is fetched.
 */
export { CustomerPanel } from "./customer-panel.tsx"
export { channelIcon, channelWords } from "./channel-words.ts"
export { customerName } from "./customer-name.ts"
