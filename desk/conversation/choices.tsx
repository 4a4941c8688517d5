/** What the composer offers: names after `@` in a note, saved replies after `/` in an answer. */
import { fillReply, type ReplyValues } from "../../protocol/replies.ts"
import type { ReplyRow } from "../../protocol/rows.ts"
import { Avatar, Icon } from "../ui/ui.ts"
import type { Choice, ChoiceRules } from "./choice-list.tsx"
import { fitting, mentionAt, type Mentionable } from "./mention.ts"
import { fittingReplies, replyAt } from "./saved-reply.ts"
import style from "./choice-list.module.css"

export type ComposerChoice = Choice & ({ person: Mentionable } | { reply: ReplyRow })

export function mentionRules(people: readonly Mentionable[]): ChoiceRules<ComposerChoice> {
  return {
    typedAt: mentionAt,
    fitting: (typed) =>
      fitting(people, typed).map((person) => ({
        key: person.id,
        person,
        shown: (
          <>
            {person.kind === "agent" ? (
              <Avatar id={person.id} name={person.name} photo={person.photo} size={20} />
            ) : (
              <Icon name="people" />
            )}
            {person.name}
          </>
        ),
      })),
    textOf: (choice) => ("person" in choice ? `@${choice.person.name} ` : ""),
  }
}

export function replyRules(replies: readonly ReplyRow[], values: ReplyValues): ChoiceRules<ComposerChoice> {
  return {
    typedAt: replyAt,
    fitting: (typed) =>
      fittingReplies(replies, typed).map((reply) => ({
        key: reply.id,
        reply,
        shown: (
          <span className={style["reply"]}>
            <strong>{reply.name}</strong>
            <span>{fillReply(reply.text, values)}</span>
          </span>
        ),
      })),
    textOf: (choice) => ("reply" in choice ? fillReply(choice.reply.text, values) : ""),
  }
}
