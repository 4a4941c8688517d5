import type { ReactNode } from "react"
import style from "./icon.module.css"

/** One set: 24 units, 1.6 stroke, round ends. */
const PATHS = {
  chat: <path d="M4 5h16v11H9l-4 4v-4H4z" />,
  people: (
    <>
      <circle cx="9" cy="8" r="3.2" />
      <path d="M3 19c.6-3.4 3-5 6-5s5.4 1.6 6 5M16 5.2a3 3 0 0 1 0 5.6M17.500 14.3c2 .6 3.2 2.2 3.500 4.700" />
    </>
  ),
  gear: (
    <>
      <circle cx="12" cy="12" r="3" />
      <path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.100 2.100M16.300 16.300l2.100 2.100M18.400 5.600l-2.100 2.100M7.700 16.300l-2.100 2.100" />
    </>
  ),
  tray: <path d="M4 13h4l2 3h4l2-3h4M4 13l3-8h10l3 8v6H4z" />,
  at: (
    <>
      <circle cx="12" cy="12" r="3.6" />
      <path d="M15.600 8.400v5a2.400 2.400 0 0 0 4.800 0V12a8.400 8.400 0 1 0-3.400 6.700" />
    </>
  ),
  queue: <path d="M5 4h14v16H5zM9 9h6M9 13h4" />,
  star: (
    <path d="m12 4 2.500 5.200 5.700.8-4.100 4 1 5.600-5.100-2.700-5.100 2.700 1-5.600-4.100-4 5.700-.8z" />
  ),
  stack: <path d="m12 4 8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4" />,
  filter: <path d="M4 6h16M7 12h10M10 18h4" />,
  sort: <path d="M7 5v14M4 16l3 3 3-3M17 19V5M14 8l3-3 3 3" />,
  smile: (
    <>
      <circle cx="12" cy="12" r="8.500" />
      <path d="M8.500 14.500c1.800 2.300 5.200 2.300 7 0M9 9.500v.01M15 9.500v.01" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="8.500" />
      <path d="M12 7v5l3.500 2" />
    </>
  ),
  info: (
    <>
      <circle cx="12" cy="12" r="8.500" />
      <path d="M12 11v5M12 8v.01" />
    </>
  ),
  search: (
    <>
      <circle cx="11" cy="11" r="6" />
      <path d="m15.500 15.500 4.500 4.500" />
    </>
  ),
  label: <path d="M4 4h8l8 8-8 8-8-8zM8 8v.01" />,
  lock: (
    <>
      <rect x="5" y="11" width="14" height="9" rx="2" />
      <path d="M8 11V8a4 4 0 0 1 8 0v3" />
    </>
  ),
  mic: (
    <>
      <rect x="9" y="3.500" width="6" height="11" rx="3" />
      <path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3" />
    </>
  ),
  play: <path d="M8 5v14l11-7z" />,
  pause: <path d="M8.500 5v14M15.500 5v14" />,
  trash: (
    <path d="M5 7h14M9.500 7V4.500h5V7M7 7l.800 12.500h8.400L17 7M10.500 10.500v5.500M13.500 10.500v5.500" />
  ),
  stop: <path d="M7 7h10v10H7z" />,
  send: <path d="M5 12h13M13 6l6 6-6 6" />,
  sms: (
    <>
      <rect x="7" y="3" width="10" height="18" rx="2" />
      <path d="M11 18h2" />
    </>
  ),
  back: <path d="M15 5l-7 7 7 7" />,
  more: <path d="M5.500 12h.01M12 12h.01M18.500 12h.01" strokeWidth="2.600" />,
  close: <path d="M6 6l12 12M18 6 6 18" />,
  check: <path d="m5 12.500 4.500 4.500L19 7.500" />,
  down: <path d="m6 9 6 6 6-6" />,
  clip: (
    <path d="m19.500 11.500-7.800 7.800a4.600 4.600 0 0 1-6.500-6.500l8-8a3.100 3.100 0 0 1 4.400 4.400l-8 8a1.600 1.600 0 0 1-2.200-2.200l7.300-7.300" />
  ),
  file: <path d="M6 3h8l4 4v14H6zM14 3v4h4" />,
  warning: <path d="M12 4 2.800 20h18.400zM12 10v4.500M12 17.200v.01" />,
  copy: <path d="M9 9h11v11H9zM5 15H4V4h11v1" />,
  unread: (
    <>
      <path d="M20 12v7H4V7h9" />
      <circle cx="18.500" cy="6" r="2.500" fill="currentColor" />
    </>
  ),
  pencil: <path d="M5 19l1-4L16 5l3 3L9 18zM14 7l3 3" />,
  plus: <path d="M12 5v14M5 12h14" />,
  globe: (
    <>
      <circle cx="12" cy="12" r="8.500" />
      <path d="M3.500 12h17M12 3.500c5 5.500 5 11.500 0 17M12 3.500c-5 5.500-5 11.500 0 17" />
    </>
  ),
  offline: (
    <path d="M3 3l18 18M8.500 15.500a5 5 0 0 1 7 0M5 12a10 10 0 0 1 4-2.400M13 9a10 10 0 0 1 6 3M12 19v.01" />
  ),
  scheme: (
    <>
      <circle cx="12" cy="12" r="8.500" />
      <path d="M12 3.500v17a8.500 8.500 0 0 0 0-17z" fill="currentColor" />
    </>
  ),
  command: (
    <path d="M9 9V6.500A2.500 2.500 0 1 0 6.500 9h11A2.500 2.500 0 1 0 15 6.500v11a2.500 2.500 0 1 0 2.500-2.500h-11A2.500 2.500 0 1 0 9 17.500z" />
  ),
  building: <path d="M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof PATHS

/** Decoration only: what it means stands in words beside it or in the button's name. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      className={style["icon"]}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
      data-icon={name}
    >
      {PATHS[name]}
    </svg>
  )
}
