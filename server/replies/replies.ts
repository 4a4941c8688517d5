/**
 * Saved replies: texts that agents put into their answers by a slash and a few letters, of one team or of all.
 *
 * Hides who may change which: one of the whole workspace is an admin's, one of a team is its members' too. What a
 * reply's variables stand for is filled in where it is used (`protocol/replies.ts`); here it is only text.
 */
export { replyLoader } from "./loading.ts"
export * as acts from "./managing.ts"
export { countUses } from "./managing.ts"
