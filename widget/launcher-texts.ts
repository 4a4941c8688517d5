/** The few words that stand on a page before the chat is opened, in every language: the loader is one small file. */
import type { Language } from "../protocol/languages.ts"

/** Without names, which would weigh as much as a language more. # is the company. */
export type LauncherWords = readonly [
  openChat: string,
  cannotLoad: string,
  messageFrom: string,
  typeAMessage: string,
  sendMessage: string,
  dismiss: string,
]

export const launcherWords: Record<Language, LauncherWords> = {
  en: [
    "Open chat",
    "The chat cannot be reached. Try again in a moment.",
    "Message from #",
    "Type a message…",
    "Send message",
    "Dismiss",
  ],
  de: [
    "Chat öffnen",
    "Der Chat ist gerade nicht erreichbar.",
    "Nachricht von #",
    "Nachricht schreiben …",
    "Nachricht senden",
    "Ausblenden",
  ],
  fr: [
    "Ouvrir le chat",
    "Le chat est injoignable pour l’instant.",
    "Message de #",
    "Écrivez un message…",
    "Envoyer le message",
    "Masquer",
  ],
  es: [
    "Abrir el chat",
    "El chat no está disponible ahora.",
    "Mensaje de #",
    "Escribe un mensaje…",
    "Enviar mensaje",
    "Descartar",
  ],
  sv: [
    "Öppna chatten",
    "Chatten går inte att nå just nu.",
    "Meddelande från #",
    "Skriv ett meddelande …",
    "Skicka meddelande",
    "Stäng",
  ],
  ar: ["فتح الدردشة", "الدردشة غير متاحة الآن.", "رسالة من #", "اكتب رسالة…", "إرسال الرسالة", "إخفاء"],
}
