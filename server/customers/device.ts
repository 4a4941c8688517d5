type Device = { browser: string; system: string }

/** In this order: most browsers name the others, too, so that pages made for those serve them. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:Edg|EdgA|EdgiOS)\/(\d+)/, "Edge"],
  [/\b(?:OPR|OPT|OPX)\/(\d+)/, "Opera"],
  [/\bSamsungBrowser\/(\d+)/, "Samsung Internet"],
  [/\bYaBrowser\/(\d+)/, "Yandex Browser"],
  [/\bVivaldi\/(\d+)/, "Vivaldi"],
  [/\bDuckDuckGo\/(\d+)/, "DuckDuckGo"],
  [/\b(?:FBAN|FBAV)\b/, "Facebook app"],
  [/\bInstagram\b/, "Instagram app"],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//, "Safari"],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPad\b/, "iPadOS"],
  [/\b(?:iPhone|iPod)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac(?:intosh| OS X)\b/, "macOS"],
  [/\bLinux\b|\bX11\b/, "Linux"],
]

/**
 * What a browser says it is, as far as that can be believed: the versions of systems are frozen in today's browsers, so
 * none is told, and an iPad says it is a Mac. Undefined where neither is known.
 */
export function deviceOf(userAgent: string): Device | undefined {
  const found = BROWSERS.find(([pattern]) => pattern.test(userAgent))
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? ""
  if (found === undefined) return system === "" ? undefined : { browser: "", system }
  const [pattern, name] = found
  const version = pattern.exec(userAgent)?.[1]
  return { browser: version === undefined ? name : `${name} ${version}`, system }
}
