import { devicesAnswer } from "../../protocol/commands.ts"
import { issueWorkspace, request, RefusalError } from "../replica/replica.ts"
import { askPermission, CHANGED, PUSH } from "./device.ts"

export const canPush = "PushManager" in window && "serviceWorker" in navigator

/** Call it from a click: the browser may ask. Answers whether pushes come from now on. */
export async function startPushes(agentId: string): Promise<boolean> {
  if (!(await askPermission()) || !(await subscribe())) return false
  localStorage.setItem(PUSH, agentId)
  dispatchEvent(new Event(CHANGED))
  return true
}

export async function stopPushes(): Promise<void> {
  localStorage.removeItem(PUSH)
  dispatchEvent(new Event(CHANGED))
  const subscription = await findSubscription()
  if (!subscription) return
  await issueWorkspace("removeDevice", {}, { endpoint: subscription.endpoint })
  await subscription.unsubscribe()
}

/** With each opening: the browser may have another subscription by now, the agent another session. */
export async function renewPushes(agentId: string): Promise<void> {
  const isOn = canPush && localStorage.getItem(PUSH) === agentId
  if (isOn && Notification.permission === "granted") await subscribe()
}

/** Whether the server may push to this browser now. */
async function subscribe(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration()
  if (!registration) return false
  try {
    const { publicKey } = await request("GET", "/me/devices", undefined, devicesAnswer)
    const subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: publicKey,
    })
    const { endpoint, keys = {} } = subscription.toJSON()
    const { p256dh = "", auth = "" } = keys
    const outcome = await issueWorkspace(
      "addDevice",
      {},
      { endpoint: endpoint ?? subscription.endpoint, keys: { p256dh, auth } },
    )
    return outcome.kind === "done"
  } catch (error) {
    // Without network, or the browser's push service refuses: the switch stays off.
    if (error instanceof RefusalError || error instanceof DOMException) return false
    throw error
  }
}

async function findSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration()
  return (await registration?.pushManager.getSubscription()) ?? null
}
