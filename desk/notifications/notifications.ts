/**
 * Telling the agent what he does not see: sound, notifications, and the number on the app's icon.
 *
 * Of all windows of a device the one that leads tells, once. Notifications are shown by the service worker, in one
 * place for what a window and what the server's push asks for. Loaded after the first list.
 */
export { Notifier } from "./notifier.ts"
export { setDesktop, setSound, useDevice } from "./device.ts"
export { canPush, startPushes, stopPushes } from "./push.ts"
export { ring } from "./sound.ts"
export { tell } from "./worker.ts"
