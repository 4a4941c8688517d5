/**
 * Labels: coloured words of a workspace that agents put on messages.
 *
 * Hides how labels are renamed, merged and deleted without touching what carries them: a merged label points to
 * the one it became, a deleted one is only not shown any more. Both take one row however many messages there are, and
 * can be undone. What is traded: whoever looks for a label has to look for those that were merged into it, too, and
 * the ids that a message carries are resolved where they are shown.
 *
 * Which message may be labelled by whom is decided by `conversations`, which calls `putLabel` and `takeLabel` under
 * the lock of the conversation.
 */
export { labelLoader } from "./loading.ts"
export { dropLabels, putLabel, takeLabel } from "./carrying.ts"
export * as acts from "./managing.ts"
