/**
 * One open conversation: its head, timeline, composer and customer.
 *
 * Hides how a timeline is virtualised and grouped, when something counts as read, how mentions are typed, and
 * what is said when a command is refused. It is loaded apart, after the list is shown. Traded: the timeline is
 * announced to screen readers by a line of its own, because a virtualised log would read old entries aloud
 * while somebody scrolls.
 */
export { BulkBar } from "./bulk-bar.tsx"
export { ConversationPage } from "./conversation-page.tsx"
