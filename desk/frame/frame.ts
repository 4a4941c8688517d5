/**
 * What stands around everything: who is signed in, in which workspace, the rail, the routes and the title.
 *
 * Hides the way from an address to a screen. The desk opens from this machine's disk before the session has been
 * asked after: whoever was here last sees his lists at once, and is shown the door only when the server says so.
 * Account pages and settings are loaded when they are needed.
 */
export { router } from "./routes.tsx"
export { startSession } from "./session.ts"
