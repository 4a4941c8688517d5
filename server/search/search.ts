/**
 * Search: what an agent may see of all that was ever said, the newest first, and the customers and labels that are
 * called so.
 *
 * Hides which way to the answer is short. What is found often is found by going back in time until a page is full; what
 * is found seldom, by the index of words; what one sees little of, by looking through that little (`ways.ts`). All ways
 * go through the same conditions, so that they differ in time and in nothing else.
 *
 * Hides, too, that words are kept a little after what is written, by following the change log (`feeding.ts`): each search
 * reads what changed since as it is (`tail.ts`), so that everything is found as soon as it is committed, and writing
 * costs nothing for it. No extension of PostgreSQL is needed for words: `protocol/words.ts` cuts what is kept and asked.
 *
 * Trades: of a name that thousands have, some are offered. A search that takes seconds is given up and refused.
 */
export { search } from "./answer.ts"
export { createWordFeeder } from "./feeding.ts"
