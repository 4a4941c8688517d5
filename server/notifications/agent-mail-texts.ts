/** The mails to agents of what they have not read: what it is, the way there, and how to have no more of them. */
import type { Language } from "../../protocol/languages.ts"
import type { Told } from "./told.ts"

type Texts = {
  lead: string
  leadOf(city: string): string
  suggested(customer: string): string
  mentioned(author: string, customer: string): string
  colleague: string
  open: string
  noMore: string
}

/** Of an excerpt, in letters: the rest is in the conversation. */
const LONGEST = 1_000

const texts: Record<Language, Texts> = {
  en: {
    lead: "a visitor",
    leadOf: (city) => `a visitor from ${city}`,
    suggested: (customer) => `A conversation with ${customer} is suggested to you`,
    mentioned: (author, customer) => `${author} mentioned you in the conversation with ${customer}`,
    colleague: "A colleague",
    open: "Open the conversation:",
    noMore: "You had not read it yet. No more mails like this:",
  },
  de: {
    lead: "einem Besucher",
    leadOf: (city) => `einem Besucher aus ${city}`,
    suggested: (customer) => `Ein Gespräch mit ${customer} wird Ihnen vorgeschlagen`,
    mentioned: (author, customer) => `${author} hat Sie im Gespräch mit ${customer} erwähnt`,
    colleague: "Ein Kollege",
    open: "Das Gespräch öffnen:",
    noMore: "Sie hatten es noch nicht gelesen. Keine solchen E-Mails mehr:",
  },
  fr: {
    lead: "un visiteur",
    leadOf: (city) => `un visiteur de ${city}`,
    suggested: (customer) => `Une conversation avec ${customer} vous est proposée`,
    mentioned: (author, customer) => `${author} vous a mentionné dans la conversation avec ${customer}`,
    colleague: "Un collègue",
    open: "Ouvrir la conversation :",
    noMore: "Vous ne l’aviez pas encore lue. Ne plus recevoir ces e-mails :",
  },
  es: {
    lead: "un visitante",
    leadOf: (city) => `un visitante de ${city}`,
    suggested: (customer) => `Se te propone una conversación con ${customer}`,
    mentioned: (author, customer) => `${author} te ha mencionado en la conversación con ${customer}`,
    colleague: "Un colega",
    open: "Abrir la conversación:",
    noMore: "Aún no la habías leído. No recibir más correos como este:",
  },
  sv: {
    lead: "en besökare",
    leadOf: (city) => `en besökare från ${city}`,
    suggested: (customer) => `En konversation med ${customer} föreslås för dig`,
    mentioned: (author, customer) => `${author} nämnde dig i konversationen med ${customer}`,
    colleague: "En kollega",
    open: "Öppna konversationen:",
    noMore: "Du hade inte läst den än. Inga fler mejl som detta:",
  },
  ar: {
    lead: "زائر",
    leadOf: (city) => `زائر من ${city}`,
    suggested: (customer) => `محادثة مع ${customer} مقترحة عليك`,
    mentioned: (author, customer) => `أشار إليك ${author} في المحادثة مع ${customer}`,
    colleague: "زميل",
    open: "افتح المحادثة:",
    noMore: "لم تقرأها بعد. لا مزيد من هذه الرسائل:",
  },
}

export function agentMail(
  language: Language,
  { what, workspaceId, conversationId, customer, city, author, text }: Told,
  url: string,
): { subject: string; text: string } {
  const say = texts[language]
  const who = customer ?? (city === null ? say.lead : say.leadOf(city))
  const subject = what === "offer" ? say.suggested(who) : say.mentioned(author ?? say.colleague, who)
  const said = text === null ? "" : `${text.slice(0, LONGEST).toWellFormed()}\n\n`
  return {
    subject: subject.replace(/\s+/g, " "),
    text: `${said}${say.open}
${url}/conversations/${conversationId}?workspace=${workspaceId}

${say.noMore} ${url}/settings/notifications?workspace=${workspaceId}
`,
  }
}
