/**
 * As much of a browser's page as the widget touches, for a thread in which the widget runs as it is. The storage is
 * a file that is written before `setItem` returns, so that it survives the thread as a browser's survives a tab.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { z } from "zod"
import { createLocks } from "./locks.ts"

export function makePage(o: { storageFile: string }): void {
  const events = new EventTarget()
  const listening = {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
  }
  Object.assign(globalThis, listening, {
    localStorage: openStorage(o.storageFile),
    location: { href: "https://shop.example/socks" },
    document: { ...listening, title: "Socks", visibilityState: "visible" },
  })
  Object.defineProperty(navigator, "onLine", { value: true })
  Object.defineProperty(navigator, "locks", { value: createLocks() })
  // As in a private window: files live as long as the tab.
  Object.assign(globalThis, {
    IDBRequest: EventTarget,
    indexedDB: {
      open() {
        const request = new EventTarget()
        queueMicrotask(() => request.dispatchEvent(new Event("error")))
        return request
      },
    },
  })
}

/** Items are its own properties, as a browser's are. */
function openStorage(file: string): object {
  const methods = {
    getItem(this: Record<string, string>, name: string): string | null {
      return this[name] ?? null
    },
    setItem(this: Record<string, string>, name: string, value: string): void {
      this[name] = value
      writeStorage(file, this)
    },
    removeItem(this: Record<string, string>, name: string): void {
      delete this[name]
      writeStorage(file, this)
    },
  }
  return Object.assign(Object.create(methods), readStorage(file))
}

export function readStorage(file: string): Record<string, string> {
  return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, "utf8")))
}

export function writeStorage(file: string, items: Record<string, string>): void {
  writeFileSync(file, JSON.stringify(items))
}
