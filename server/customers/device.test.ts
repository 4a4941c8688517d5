import { expect, test } from "vitest"
import { deviceOf } from "./device.ts"

const mozilla = "Mozilla/5.0"
const webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
const chromium = "AppleWebKit/537.36 (KHTML, like Gecko)"

test.each([
  [
    `${mozilla} (Windows NT 10.0; Win64; x64) ${chromium} Chrome/131.0.0.0 Safari/537.36`,
    "Chrome 131",
    "Windows",
  ],
  [
    `${mozilla} (Windows NT 10.0; Win64; x64) ${chromium} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`,
    "Edge 131",
    "Windows",
  ],
  [
    `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/18.1 Safari/605.1.15`,
    "Safari 18",
    "macOS",
  ],
  [
    `${mozilla} (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${webkit} Version/18.1 Mobile/15E148 Safari/604.1`,
    "Safari 18",
    "iOS",
  ],
  [
    `${mozilla} (iPad; CPU OS 17_0 like Mac OS X) ${webkit} CriOS/131.0 Mobile/15E148 Safari/604.1`,
    "Chrome 131",
    "iPadOS",
  ],
  [`${mozilla} (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0`, "Firefox 132", "Linux"],
  [
    `${mozilla} (Linux; Android 14; SM-S918B) ${chromium} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36`,
    "Samsung Internet 26",
    "Android",
  ],
  [
    `${mozilla} (X11; CrOS x86_64 14541.0.0) ${chromium} Chrome/130.0.0.0 Safari/537.36`,
    "Chrome 130",
    "ChromeOS",
  ],
  [
    `${mozilla} (Windows NT 10.0) ${chromium} Chrome/130.0.0.0 Safari/537.36 OPR/115.0`,
    "Opera 115",
    "Windows",
  ],
  [`${mozilla} (iPhone) ${webkit} Mobile/15E148 [FBAN/FBIOS;FBAV/490.0]`, "Facebook app", "iOS"],
  [`${mozilla} (Linux; unheard of)`, "", "Linux"],
])("%s is told as what it is", (userAgent, browser, system) => {
  expect(deviceOf(userAgent)).toEqual({ browser, system })
})

test("what says nothing is nothing", () => {
  expect(deviceOf("curl/8.5.0")).toBeUndefined()
  expect(deviceOf("")).toBeUndefined()
})
