import type { search as english } from "../en/search.ts"
import type { Translation } from "../translation.ts"

export const search = {
  "search.found": { one: "{count} Nachricht", other: "{count} Nachrichten" },
  "search.foundMany": "Mehr als {count} Nachrichten",
  "search.customers": "Kunden",
  "search.labels": "Labels",
  "search.messages": "Nachrichten",
  "search.labelled": "Nachrichten mit dem Label {name}",
  "search.more": "Ältere zeigen",
  "search.busy": "Suche läuft …",
  "search.slow": "Die Suche läuft noch; der Verlauf ist lang.",
  "search.offline": "Die Suche braucht das Netz. Sie geht weiter, sobald Sie wieder online sind.",
  "search.nothing": "Nichts, was Sie sehen dürfen, enthält das alles.",
  "search.nothingAdvice": "Weniger Wörter finden mehr. Wortanfänge genügen.",
  "search.incomplete": "Ältere Nachrichten werden nach einem Update gerade noch durchsuchbar gemacht.",
  "search.you": "Sie",
  "search.note": "Interne Notiz",
  "search.file": "Mit Datei",
  "search.closed": "Geschlossen",
  "search.help":
    "Wörter in beliebiger Reihenfolge finden Nachrichten, Notizen, Kunden und Labels. Damit grenzen Sie ein:",
  "search.help.label": "Nachrichten mit einem Label",
  "search.help.from": "Nachrichten eines Agenten oder Kunden; from:me für Ihre",
  "search.help.channel": "channel:chat oder channel:sms",
  "search.help.team": "Gespräche eines Teams",
  "search.help.has": "Nachrichten mit einer Datei",
  "search.help.is": "is:open für offene, is:closed für geschlossene Gespräche",
  "search.help.before": "vor einem Tag, Monat oder Jahr",
  "search.help.after": "an diesem Tag und später",
  "search.problem.not-a-date":
    "{operator}:{value} ist kein Datum. Schreiben Sie 2026-03-31, 2026-03 oder 2026.",
  "search.problem.unknown-value": "{operator}:{value} ist nicht bekannt.",
  "search.problem.unknown-name": "Unter {operator} gibt es kein „{value}“.",
} as const satisfies Translation<typeof english, "de">
