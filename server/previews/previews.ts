/**
 * Previews of the pages that messages and notes name: what a page says of itself, and a small picture of it.
 *
 * Hides how a stranger's address is asked without harm: after the message has committed, read off the change log, so that
 * writing costs nothing for it and waits for nobody; over the public web alone, every address and redirect looked up and
 * checked when it is connected to; bounded in time and bytes; never where asking could use up a link that is meant
 * for one person or one time (`asking.ts`). What came back is text and pixels: no script, style or address of it
 * reaches a browser. What a page said is kept as it said it then, and asked for again after a day only.
 *
 * Trades: a page that needs a browser, a cookie or a login to say what it is has no preview.
 */
export { feedPreviews } from "./feeding.ts"
export { findPicture, previewJobs, trimPreviews } from "./fetching.ts"
export { theWeb, type Web } from "./looking.ts"
