/** The page to which the link in a mail leads, in every language: one small script. */
import type { Language } from "../protocol/languages.ts"

type ReopenWords = {
  title: string
  open: string
  what: string
  over: string
  again: string
  sent: string
  notSent: string
  trouble: string
}

export const reopenTexts: Record<Language, ReopenWords> = {
  en: {
    title: "Your chat",
    open: "Open the chat",
    what: "Here you read what was answered, and write back.",
    over: "This link was opened in another browser, or it is too old.",
    again: "Mail me a new link",
    sent: "A new link is on its way to the same e-mail address.",
    notSent: "No new link can be mailed. Write from the website where you began.",
    trouble: "That did not work. Try again in a moment.",
  },
  de: {
    title: "Ihr Chat",
    open: "Chat öffnen",
    what: "Hier lesen Sie, was geantwortet wurde, und schreiben zurück.",
    over: "Dieser Link wurde in einem anderen Browser geöffnet oder ist zu alt.",
    again: "Neuen Link per E-Mail senden",
    sent: "Ein neuer Link ist an dieselbe E-Mail-Adresse unterwegs.",
    notSent:
      "Ein neuer Link kann nicht gesendet werden. Schreiben Sie von der Website aus, auf der Sie begonnen haben.",
    trouble: "Das hat nicht geklappt. Versuchen Sie es gleich noch einmal.",
  },
  fr: {
    title: "Votre chat",
    open: "Ouvrir le chat",
    what: "Vous lisez ici ce qui a été répondu, et vous pouvez répondre à votre tour.",
    over: "Ce lien a été ouvert dans un autre navigateur, ou il est trop ancien.",
    again: "Recevoir un nouveau lien par e-mail",
    sent: "Un nouveau lien est en route vers la même adresse e-mail.",
    notSent: "Aucun nouveau lien ne peut être envoyé. Écrivez depuis le site où vous avez commencé.",
    trouble: "Cela n’a pas fonctionné. Réessayez dans un instant.",
  },
  es: {
    title: "Tu chat",
    open: "Abrir el chat",
    what: "Aquí lees lo que te han respondido y puedes contestar.",
    over: "Este enlace se abrió en otro navegador o es demasiado antiguo.",
    again: "Enviarme un enlace nuevo",
    sent: "Un enlace nuevo va de camino a la misma dirección de correo.",
    notSent: "No se puede enviar un enlace nuevo. Escribe desde el sitio web donde empezaste.",
    trouble: "No ha funcionado. Vuelve a intentarlo en un momento.",
  },
  sv: {
    title: "Din chatt",
    open: "Öppna chatten",
    what: "Här läser du svaren och skriver tillbaka.",
    over: "Länken har öppnats i en annan webbläsare, eller så är den för gammal.",
    again: "Mejla mig en ny länk",
    sent: "En ny länk är på väg till samma e-postadress.",
    notSent: "Det går inte att mejla en ny länk. Skriv från webbplatsen där du började.",
    trouble: "Det gick inte. Försök igen om en stund.",
  },
  ar: {
    title: "دردشتك",
    open: "فتح الدردشة",
    what: "هنا تقرأ الردود وتكتب من جديد.",
    over: "فُتح هذا الرابط في متصفح آخر، أو أنه قديم جدًا.",
    again: "إرسال رابط جديد إليّ بالبريد",
    sent: "رابط جديد في طريقه إلى عنوان البريد نفسه.",
    notSent: "لا يمكن إرسال رابط جديد. اكتب من الموقع الذي بدأت منه.",
    trouble: "لم ينجح ذلك. حاول مرة أخرى بعد قليل.",
  },
}
