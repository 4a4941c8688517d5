import type { Language } from "../../protocol/languages.ts"

type Texts<Values> = Record<Language, (values: Values) => { subject: string; text: string }>

export const invitationTexts: Texts<{ company: string; invitedBy: string; link: string }> = {
  en: ({ company, invitedBy, link }) => ({
    subject: `${invitedBy} invites you to ${company}`,
    text: `${invitedBy} invites you to answer customers together with the team of ${company}.

Accept within a week by opening this address:
${link}

If you do not know what this is about, ignore this mail: nothing happens.
`,
  }),
  de: ({ company, invitedBy, link }) => ({
    subject: `${invitedBy} lädt Sie zu ${company} ein`,
    text: `${invitedBy} lädt Sie ein, gemeinsam mit dem Team von ${company} Kunden zu antworten.

Öffnen Sie innerhalb einer Woche diese Adresse, um anzunehmen:
${link}

Wenn Sie nicht wissen, worum es geht, ignorieren Sie diese E-Mail: Dann geschieht nichts.
`,
  }),
  fr: ({ company, invitedBy, link }) => ({
    subject: `${invitedBy} vous invite à rejoindre ${company}`,
    text: `${invitedBy} vous invite à répondre aux clients avec l’équipe de ${company}.

Pour accepter, ouvrez cette adresse dans la semaine :
${link}

Si vous ne savez pas de quoi il s’agit, ignorez cet e-mail : il ne se passera rien.
`,
  }),
  es: ({ company, invitedBy, link }) => ({
    subject: `${invitedBy} te invita a ${company}`,
    text: `${invitedBy} te invita a responder a los clientes junto con el equipo de ${company}.

Para aceptar, abre esta dirección antes de una semana:
${link}

Si no sabes de qué se trata, ignora este correo: no pasa nada.
`,
  }),
  sv: ({ company, invitedBy, link }) => ({
    subject: `${invitedBy} bjuder in dig till ${company}`,
    text: `${invitedBy} bjuder in dig att svara kunder tillsammans med teamet på ${company}.

Acceptera inom en vecka genom att öppna den här adressen:
${link}

Om du inte vet vad det här gäller kan du strunta i mejlet: då händer ingenting.
`,
  }),
  ar: ({ company, invitedBy, link }) => ({
    subject: `يدعوك \u2068${invitedBy}\u2069 إلى \u2068${company}\u2069`,
    text: `يدعوك \u2068${invitedBy}\u2069 إلى الرد على العملاء مع فريق \u2068${company}\u2069.

للقبول افتح هذا العنوان خلال أسبوع:
${link}

إن كنت لا تعرف ما الأمر فتجاهل هذه الرسالة: لن يحدث شيء.
`,
  }),
}

export const resetTexts: Texts<{ name: string; link: string }> = {
  en: ({ name, link }) => ({
    subject: "Set a new password",
    text: `Hello ${name},

somebody, probably you, asked for a new password for this address. Set it within an hour here:
${link}

If it was not you, ignore this mail: your password stays as it is.
`,
  }),
  de: ({ name, link }) => ({
    subject: "Neues Passwort setzen",
    text: `Guten Tag ${name},

jemand, wahrscheinlich Sie, hat für diese Adresse ein neues Passwort angefordert. Setzen Sie es innerhalb einer Stunde hier:
${link}

Wenn Sie es nicht waren, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.
`,
  }),
  fr: ({ name, link }) => ({
    subject: "Choisir un nouveau mot de passe",
    text: `Bonjour ${name},

quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour cette adresse. Choisissez-le ici dans l’heure :
${link}

Si ce n’était pas vous, ignorez cet e-mail : votre mot de passe reste inchangé.
`,
  }),
  es: ({ name, link }) => ({
    subject: "Pon una contraseña nueva",
    text: `Hola, ${name}:

alguien, probablemente tú, ha pedido una contraseña nueva para esta dirección. Ponla aquí antes de una hora:
${link}

Si no has sido tú, ignora este correo: tu contraseña sigue como estaba.
`,
  }),
  sv: ({ name, link }) => ({
    subject: "Välj ett nytt lösenord",
    text: `Hej ${name},

någon, troligen du, har bett om ett nytt lösenord för den här adressen. Välj det inom en timme här:
${link}

Om det inte var du kan du strunta i mejlet: ditt lösenord förblir som det är.
`,
  }),
  ar: ({ name, link }) => ({
    subject: "تعيين كلمة مرور جديدة",
    text: `مرحبًا \u2068${name}\u2069،

طلب أحدهم، وربما أنت، كلمة مرور جديدة لهذا العنوان. عيّنها خلال ساعة هنا:
${link}

إن لم تكن أنت فتجاهل هذه الرسالة: تبقى كلمة مرورك كما هي.
`,
  }),
}

export const confirmTexts: Texts<{ link: string }> = {
  en: ({ link }) => ({
    subject: "Confirm your new e-mail address",
    text: `Somebody, probably you, wants to sign in to Parley with this address. Confirm within an hour here:
${link}

If it was not you, ignore this mail: nothing changes.
`,
  }),
  de: ({ link }) => ({
    subject: "Neue E-Mail-Adresse bestätigen",
    text: `Jemand, wahrscheinlich Sie, möchte sich mit dieser Adresse bei Parley anmelden. Bestätigen Sie das innerhalb einer Stunde hier:
${link}

Wenn Sie es nicht waren, ignorieren Sie diese E-Mail: Es ändert sich nichts.
`,
  }),
  fr: ({ link }) => ({
    subject: "Confirmez votre nouvelle adresse e-mail",
    text: `Quelqu’un, sans doute vous, veut se connecter à Parley avec cette adresse. Confirmez-le ici dans l’heure :
${link}

Si ce n’était pas vous, ignorez cet e-mail : rien ne change.
`,
  }),
  es: ({ link }) => ({
    subject: "Confirma tu nueva dirección de correo",
    text: `Alguien, probablemente tú, quiere iniciar sesión en Parley con esta dirección. Confírmalo aquí antes de una hora:
${link}

Si no has sido tú, ignora este correo: no cambia nada.
`,
  }),
  sv: ({ link }) => ({
    subject: "Bekräfta din nya e-postadress",
    text: `Någon, troligen du, vill logga in i Parley med den här adressen. Bekräfta det inom en timme här:
${link}

Om det inte var du kan du strunta i mejlet: ingenting ändras.
`,
  }),
  ar: ({ link }) => ({
    subject: "تأكيد عنوان بريدك الإلكتروني الجديد",
    text: `يريد أحدهم، وربما أنت، تسجيل الدخول إلى Parley بهذا العنوان. أكّد ذلك خلال ساعة هنا:
${link}

إن لم تكن أنت فتجاهل هذه الرسالة: لن يتغير شيء.
`,
  }),
}

export const changedTexts: Texts<{ name: string; email: string }> = {
  en: ({ name, email }) => ({
    subject: "Your e-mail address was changed",
    text: `Hello ${name},

you sign in to Parley with ${email} from now on, and not with this address any more.

If it was not you, tell whoever runs your Parley at once.
`,
  }),
  de: ({ name, email }) => ({
    subject: "Ihre E-Mail-Adresse wurde geändert",
    text: `Guten Tag ${name},

ab jetzt melden Sie sich bei Parley mit ${email} an und nicht mehr mit dieser Adresse.

Wenn Sie das nicht waren, sagen Sie es sofort denen, die Ihr Parley betreiben.
`,
  }),
  fr: ({ name, email }) => ({
    subject: "Votre adresse e-mail a été changée",
    text: `Bonjour ${name},

vous vous connectez désormais à Parley avec ${email}, et non plus avec cette adresse.

Si ce n’était pas vous, prévenez tout de suite qui administre votre Parley.
`,
  }),
  es: ({ name, email }) => ({
    subject: "Tu dirección de correo ha cambiado",
    text: `Hola, ${name}:

a partir de ahora inicias sesión en Parley con ${email}, y ya no con esta dirección.

Si no has sido tú, avisa enseguida a quien administra tu Parley.
`,
  }),
  sv: ({ name, email }) => ({
    subject: "Din e-postadress har bytts",
    text: `Hej ${name},

från och med nu loggar du in i Parley med ${email}, och inte längre med den här adressen.

Om det inte var du, säg genast till den som driver er Parley.
`,
  }),
  ar: ({ name, email }) => ({
    subject: "تغيّر عنوان بريدك الإلكتروني",
    text: `مرحبًا \u2068${name}\u2069،

من الآن تسجّل الدخول إلى Parley باستخدام \u2068${email}\u2069، وليس بهذا العنوان.

إن لم تكن أنت فأبلغ من يدير Parley لديك فورًا.
`,
  }),
}
