/**
 * Answers that a website's visitor does not see, mailed to where he has asked for them. Read off the change log, so that
 * answering costs nothing for it.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { sql } from "kysely"
import { findLanguage, type Language } from "../../protocol/languages.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Config } from "../config/config.ts"
import { ownWords, visitors } from "../conversations/conversations.ts"
import { findAddress, mailing, visitorKeys, type AddressRecord } from "../customers/customers.ts"
import { stamp, type Db, type Tx } from "../db/db.ts"
import type { Handlers } from "../jobs/jobs.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { mailsFrom } from "./mail.ts"
import { answersMail, linkMail } from "./visitor-mail-texts.ts"

/**
 * How long an answer waits to be seen, in milliseconds: whoever is still at the website sees it by then, and what the
 * agent writes meanwhile comes in the same mail.
 */
const AFTER = 5 * 60_000
const HOUR = 60 * 60_000
const DAY = 24 * HOUR
const LINK_LIVES = 7 * DAY
/** Of one visitor's answers; what is more waits for the next day's. */
const MOST_A_DAY = 12
/** Answers of one mail; the others are in the chat. */
const MOST_ANSWERS = 20
/** Changes of one transaction. */
const MOST_AT_ONCE = 500

/** The field under which agents find what nobody has verified. */
const FIELD = "E-mail (unverified)"

type Visitor = { workspaceId: Id; addressId: Id }

/** The visitor wants answers to come there, too; null: not any more. Refuses `mail-refused`. */
export async function mailTo(sync: Sync, o: Visitor & { email: string | null }): Promise<void> {
  const { workspaceId, addressId, email } = o
  await write(sync, { workspaceId }, async (writing) => {
    const { tx, at } = writing
    if (email !== null && (await isRefused(tx, workspaceId, email))) throw refuse("mail-refused")
    // Locked before the address says so: whoever looks through the log looks from here on.
    await sql`
      insert into mail_places (workspace_id, fed_number)
      values (${workspaceId}, (select number from counters where workspace_id = ${workspaceId}))
      on conflict do nothing`.execute(tx)
    const address = await mailing.holdAddress(tx, workspaceId, addressId)
    if (address === undefined) throw refuse("not-found")
    await mailing.setMailTo(tx, workspaceId, { addressId, email, at })
    // Whoever had the old one opens nothing any more.
    if (address.mailTo !== email)
      await visitorKeys.endLinks(tx, { workspaceId, sourceId: address.sourceId }, address.value)
    if (email !== null)
      await ownWords.note(
        writing,
        { workspaceId, customerId: address.customerId },
        { fields: [{ name: FIELD, value: email }] },
      )
    return {}
  })
}

/** Turns what is new in the change logs into mails to come. */
export async function feedVisitorMail(sync: Sync): Promise<void> {
  const { rows } = await sql<{ workspaceId: Id }>`/* prepared */
    select p.workspace_id as "workspaceId"
      from mail_places p join counters c on c.workspace_id = p.workspace_id
     where p.fed_number < c.number`.execute(sync.db)
  for (const { workspaceId } of rows)
    try {
      while (await feedOne(sync, workspaceId));
    } catch (error) {
      // The others shall not wait for it; it is tried again with the next look.
      sync.log.error({ err: error, workspaceId }, "a workspace's answers could not be looked through")
    }
}

async function feedOne(sync: Sync, workspaceId: Id): Promise<boolean> {
  const { isMore } = await write(sync, { workspaceId }, async ({ tx, enqueue }) => {
    const { rows } = await sql<{ after: number; number: number }>`
      select p.fed_number as after, c.number
        from mail_places p join counters c on c.workspace_id = p.workspace_id
       where p.workspace_id = ${workspaceId} for update of p skip locked`.execute(tx)
    const [place] = rows
    if (place === undefined) return { isMore: false }
    const upTo = Math.min(place.number, place.after + MOST_AT_ONCE)
    const { rows: unseen } = await sql<{ addressId: Id; at: Stamp }>`
      select a.id as "addressId", min(e.at) as at
        from changes
        join entries e on e.workspace_id = ${workspaceId} and e.id = changes.entity_id
        join addresses a on a.workspace_id = ${workspaceId} and a.id = e.address_id
       where changes.workspace_id = ${workspaceId} and changes.number > ${place.after} and changes.number <= ${upTo}
         and changes.kind = 'entry' and a.mail_to is not null and e.type = 'message' and e.agent_id is not null
         and e.delivery is distinct from 'held'
         and e.at > greatest(a.seen_at, a.mailed_up_to)
       group by a.id`.execute(tx)
    for (const { addressId, at } of unseen)
      await enqueue({
        name: "mail-answers",
        payload: { addressId },
        key: `mail-answers:${addressId}`,
        runAt: stamp(new Date(Date.parse(at) + AFTER)),
        isOnce: true,
      })
    await sql`update mail_places set fed_number = ${upTo} where workspace_id = ${workspaceId}`.execute(tx)
    return { isMore: upTo < place.number }
  })
  return isMore
}

/** The handler of `mail-answers`. */
export function visitorMailJobs({ sync, config }: { sync: Sync; config: Config }): Handlers {
  const url = mailsFrom(config)
  return {
    "mail-answers": async ({ addressId }, { workspaceId }) => {
      if (url !== undefined) await mailAnswers(sync, { workspaceId, addressId, url })
    },
  }
}

/** What was not seen by now, in one mail; nothing where all was. */
async function mailAnswers(
  sync: Sync,
  { workspaceId, addressId, url }: Visitor & { url: string },
): Promise<void> {
  await write(sync, { workspaceId }, async (writing) => {
    const { tx, at } = writing
    const address = await mailing.holdAddress(tx, workspaceId, addressId)
    if (address === undefined || address.mailTo === null) return {}
    const { seenAt, mailedUpTo } = address
    const latest = await visitors.publicMessages(tx, {
      ...{ workspaceId, addressId, before: "infinity", limit: MOST_ANSWERS },
      linkOf: () => "",
    })
    const answers = latest.flatMap(({ agent, ...message }) => {
      const isUnseen = message.at > (seenAt ?? "") && message.at > (mailedUpTo ?? "")
      return agent !== null && isUnseen ? [{ ...message, by: agent.name }] : []
    })
    const last = answers.at(-1)
    if (last === undefined) return {}
    if (await hasHadEnough(tx, workspaceId, address, at)) {
      await writing.enqueue({
        name: "mail-answers",
        payload: { addressId },
        key: `mail-answers:${addressId}`,
        runAt: stamp(new Date(Date.parse(at) + DAY / 4)),
        isOnce: true,
      })
      return {}
    }
    const company = await companyOf(tx, workspaceId)
    const language = await languageOf(tx, workspaceId, address)
    await sendMail(sync, writing, { address, workspaceId, url }, (links) =>
      answersMail(language, {
        company,
        ...links,
        answers: answers.map(({ by, text, files }) => ({ by, text, fileCount: files.length })),
      }),
    )
    await mailing.markMailed(tx, workspaceId, addressId, last.at)
    return {}
  })
}

/**
 * Another link to the same address, for whoever opened the one he has in another browser. Goes where answers go and
 * nowhere else, so whoever was forwarded the mail gets nothing by it.
 */
export async function mailNewLink(
  sync: Sync,
  config: Config,
  site: { workspaceId: Id; sourceId: Id },
  link: string,
): Promise<void> {
  const url = mailsFrom(config)
  const value = await visitorKeys.findLinked(sync.db, site, link)
  const { workspaceId, sourceId } = site
  const address = value && (await findAddress(sync.db, workspaceId, { sourceId, value }))
  if (!address || address.mailTo === null || url === undefined) throw refuse("link-over")
  await write(sync, { workspaceId }, async (writing) => {
    if (await hasHadEnough(writing.tx, workspaceId, address, writing.at)) throw refuse("too-often")
    const company = await companyOf(writing.tx, workspaceId)
    const language = await languageOf(writing.tx, workspaceId, address)
    await sendMail(sync, writing, { address, workspaceId, url }, (links) =>
      linkMail(language, { company, ...links }),
    )
    return {}
  })
}

type Links = { link: string; unsubscribe: string }

async function sendMail(
  { database }: Sync,
  writing: Writing,
  { address, workspaceId, url }: { address: AddressRecord; workspaceId: Id; url: string },
  write: (links: Links) => { subject: string; text: string },
): Promise<void> {
  const { sourceId, value, mailTo: to } = address
  if (to === null) return
  const link = randomBytes(32).toString("base64url")
  const { tx, at } = writing
  const until = stamp(new Date(Date.parse(at) + LINK_LIVES))
  await visitorKeys.addLink(tx, { workspaceId, sourceId }, { value, link, at, until })
  const unsubscribe = `${url}/unsubscribe/${signed(database.secret, workspaceId, to)}`
  const mail = write({ link: `${url}/chat/${sourceId}#${link}`, unsubscribe })
  await writing.enqueue({ name: "send-mail", payload: { to, ...mail, unsubscribe } })
}

async function hasHadEnough(
  tx: Tx,
  workspaceId: Id,
  { sourceId, value }: AddressRecord,
  at: Stamp,
): Promise<boolean> {
  const since = stamp(new Date(Date.parse(at) - DAY))
  return (await visitorKeys.countLinks(tx, { workspaceId, sourceId }, { value, since })) >= MOST_A_DAY
}

async function companyOf(tx: Tx, workspaceId: Id): Promise<string> {
  const { rows } = await sql<{ name: string }>`select name from workspaces where id = ${workspaceId}`.execute(
    tx,
  )
  return rows[0]?.name ?? ""
}

/** What the visitor's chat was in when he first wrote. */
async function languageOf(tx: Tx, workspaceId: Id, { customerId }: AddressRecord): Promise<Language> {
  const { rows } = await sql<{ language: string | null }>`
    select language from customers where workspace_id = ${workspaceId} and id = ${customerId}`.execute(tx)
  return findLanguage(rows.map(({ language }) => language ?? "")) ?? "en"
}

async function isRefused(db: Db, workspaceId: Id, email: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from mail_refusals where workspace_id = ${workspaceId} and email_hash = ${hashOf(email)}`.execute(
    db,
  )
  return rows.length > 0
}

/** Whoever has a mail may end all mails of this company to its address, for good. Refuses `not-found`. */
export async function unsubscribe(sync: Sync, token: string): Promise<void> {
  const [workspaceId = "", coded = ""] = token.split(".")
  const email = Buffer.from(coded, "base64url").toString()
  const given = Buffer.from(token)
  const expected = Buffer.from(signed(sync.database.secret, workspaceId, email))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refuse("not-found")
  await write(sync, { workspaceId }, async ({ tx, at }) => {
    await sql`
      insert into mail_refusals (workspace_id, email_hash, at) values (${workspaceId}, ${hashOf(email)}, ${at})
      on conflict do nothing`.execute(tx)
    await mailing.stopMailing(tx, workspaceId, email)
    return {}
  })
}

function signed(secret: string, workspaceId: Id, email: string): string {
  const text = `${workspaceId}.${Buffer.from(email).toString("base64url")}`
  return `${text}.${createHmac("sha256", secret).update(`unsubscribe ${text}`).digest("base64url")}`
}

function hashOf(email: string): string {
  return createHash("sha256").update(email.toLowerCase()).digest("base64url")
}
