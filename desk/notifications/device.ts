import { useSyncExternalStore } from "react"

/** What is chosen on this device and for it alone. */
const SOUND = "parley-silent"
const DESKTOP = "parley-desktop-notifications"
/** Kept by `push.ts`: the choice outlives the session, the server's knowledge of it does not. */
export const PUSH = "parley-push"
export const CHANGED = "parley-device"

export type Device = {
  sound: boolean
  desktop: boolean
  /** The agent whose pushes it takes. */
  pushedTo: string | null
  permission: NotificationPermission | "impossible"
}

let device = read()

function read(): Device {
  return {
    sound: localStorage.getItem(SOUND) === null,
    desktop: localStorage.getItem(DESKTOP) !== null,
    pushedTo: localStorage.getItem(PUSH),
    permission: "Notification" in window && isSecureContext ? Notification.permission : "impossible",
  }
}

function watch(changed: () => void) {
  const look = () => {
    const now = read()
    if (JSON.stringify(now) !== JSON.stringify(device)) device = now
    changed()
  }
  look()
  // Whoever comes back from the browser's settings comes with the focus.
  for (const event of [CHANGED, "storage", "focus"]) addEventListener(event, look)
  return () => {
    for (const event of [CHANGED, "storage", "focus"]) removeEventListener(event, look)
  }
}

export function useDevice(): Device {
  return useSyncExternalStore(watch, () => device)
}

export function setSound(isOn: boolean): void {
  keep(SOUND, !isOn)
}

/** Asks the browser's permission where it is needed; call it from a click. Answers whether it was given. */
export async function setDesktop(isOn: boolean): Promise<boolean> {
  const isAllowed = !isOn || (await askPermission())
  keep(DESKTOP, isOn && isAllowed)
  return isAllowed
}

export async function askPermission(): Promise<boolean> {
  return "Notification" in window && (await Notification.requestPermission()) === "granted"
}

function keep(key: string, isKept: boolean): void {
  if (isKept) localStorage.setItem(key, "")
  else localStorage.removeItem(key)
  dispatchEvent(new Event(CHANGED))
}
