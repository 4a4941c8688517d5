/** The mails to a website's visitors: what was answered first, then the way back, then how to be left alone. */
import type { Language } from "../../protocol/languages.ts"

type Links = { link: string; unsubscribe: string }
type Mail = { subject: string; text: string }
type Texts = {
  answered(by: string, company: string): string
  chatWith(company: string): string
  /** How many files, beyond one. */
  files(count: number): string
  oneFile: string
  read: string
  /** How long the link works, and that answers to the mail are not read. */
  rules: string
  noMore: string
}

const texts: Record<Language, Texts> = {
  en: {
    answered: (by, company) => `${by} from ${company} answered`,
    chatWith: (company) => `Your chat with ${company}`,
    files: (count) => `(${count} files, in the chat)`,
    oneFile: "(1 file, in the chat)",
    read: "Read and answer in the chat:",
    rules: `The link works for a week, in the browser that opens it first. It is meant for you alone.
Please answer in the chat: answers to this mail are not read yet.`,
    noMore: "No more mails like this:",
  },
  de: {
    answered: (by, company) => `${by} von ${company} hat geantwortet`,
    chatWith: (company) => `Ihr Chat mit ${company}`,
    files: (count) => `(${count} Dateien, im Chat)`,
    oneFile: "(1 Datei, im Chat)",
    read: "Im Chat lesen und antworten:",
    rules: `Der Link gilt eine Woche, in dem Browser, der ihn zuerst öffnet. Er ist nur für Sie bestimmt.
Bitte antworten Sie im Chat: Antworten auf diese E-Mail werden noch nicht gelesen.`,
    noMore: "Keine solchen E-Mails mehr:",
  },
  fr: {
    answered: (by, company) => `${by} de ${company} a répondu`,
    chatWith: (company) => `Votre chat avec ${company}`,
    files: (count) => `(${count} fichiers, dans le chat)`,
    oneFile: "(1 fichier, dans le chat)",
    read: "Lire et répondre dans le chat :",
    rules: `Le lien fonctionne une semaine, dans le navigateur qui l’ouvre en premier. Il n’est destiné qu’à vous.
Merci de répondre dans le chat : les réponses à cet e-mail ne sont pas encore lues.`,
    noMore: "Ne plus recevoir ces e-mails :",
  },
  es: {
    answered: (by, company) => `${by} de ${company} ha respondido`,
    chatWith: (company) => `Tu chat con ${company}`,
    files: (count) => `(${count} archivos, en el chat)`,
    oneFile: "(1 archivo, en el chat)",
    read: "Lee y responde en el chat:",
    rules: `El enlace sirve durante una semana, en el navegador que lo abra primero. Es solo para ti.
Responde en el chat: las respuestas a este correo aún no se leen.`,
    noMore: "No recibir más correos como este:",
  },
  sv: {
    answered: (by, company) => `${by} på ${company} har svarat`,
    chatWith: (company) => `Din chatt med ${company}`,
    files: (count) => `(${count} filer, i chatten)`,
    oneFile: "(1 fil, i chatten)",
    read: "Läs och svara i chatten:",
    rules: `Länken fungerar i en vecka, i den webbläsare som öppnar den först. Den är bara till för dig.
Svara i chatten: svar på det här mejlet läses inte ännu.`,
    noMore: "Inga fler sådana mejl:",
  },
  ar: {
    answered: (by, company) => `رد عليك \u2068${by}\u2069 من \u2068${company}\u2069`,
    chatWith: (company) => `دردشتك مع \u2068${company}\u2069`,
    files: (count) => `(عدد الملفات في الدردشة: ${count})`,
    oneFile: "(ملف واحد في الدردشة)",
    read: "اقرأ ورد في الدردشة:",
    rules: `يعمل الرابط أسبوعًا في المتصفح الذي يفتحه أولًا. وهو لك وحدك.
يرجى الرد في الدردشة: لا تُقرأ الردود على هذه الرسالة بعد.`,
    noMore: "لإيقاف هذه الرسائل:",
  },
}

/** Nothing of what the visitor wrote stands in it: whoever names a stranger's address cannot write to him by it. */
export function answersMail(
  language: Language,
  o: Links & { company: string; answers: readonly { by: string; text: string; fileCount: number }[] },
): Mail {
  const { answered, files, oneFile } = texts[language]
  const said = o.answers.map(({ by, text, fileCount }) => {
    const also = fileCount === 0 ? [] : [fileCount === 1 ? oneFile : files(fileCount)]
    return `${by}:\n${[text, ...also].filter((part) => part !== "").join("\n")}`
  })
  return {
    subject: answered(o.answers[0]?.by ?? "", o.company),
    text: `${said.join("\n\n")}

${ending(language, o)}`,
  }
}

export function linkMail(language: Language, o: Links & { company: string }): Mail {
  return { subject: texts[language].chatWith(o.company), text: ending(language, o) }
}

function ending(language: Language, { link, unsubscribe }: Links): string {
  const { read, rules, noMore } = texts[language]
  return `${read}
${link}

${rules}

${noMore} ${unsubscribe}
`
}
