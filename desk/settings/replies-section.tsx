import { useState } from "react"
import { repliesAnswer } from "../../protocol/commands.ts"
import { REPLY_VARIABLES } from "../../protocol/replies.ts"
import type { ReplyRow } from "../../protocol/rows.ts"
import { MOST_TEXT } from "../../protocol/text.ts"
import { useActions } from "../actions/actions.ts"
import { issueWorkspace, useReplies, useSelf, useTeams } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Dialog, Field, Icon, showToast } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel } from "./panel.tsx"
import { useAsked } from "./use-asked.ts"
import formStyle from "./form.module.css"
import style from "./section.module.css"

export function RepliesSection({ isAdmin }: { isAdmin: boolean }) {
  const replies = useReplies()
  // How often each was sent is no part of its row, which would change with every answer.
  const counted = useAsked("/saved-replies", repliesAnswer, replies)?.replies
  const uses = new Map(counted?.map((reply) => [reply.id, reply.uses]))
  const [isMaking, setMaking] = useState(false)
  useActions({ newReply: () => setMaking(true) })
  const [changedId, setChangedId] = useState<string>()
  const changed = changedId === undefined ? undefined : replies.get(changedId)
  const shown = [...replies.values()].toSorted((one, other) => one.name.localeCompare(other.name))
  return (
    <Panel
      title={t("settings.replies")}
      what={t("replies.what")}
      action={
        <Button icon="plus" onClick={() => setMaking(true)}>
          {t("replies.new")}
        </Button>
      }
    >
      {shown.length === 0 && <p>{t("replies.nothing")}</p>}
      <ul className={style["rows"]}>
        {shown.map((reply) => (
          <Reply
            key={reply.id}
            reply={reply}
            uses={uses.get(reply.id)}
            onChange={isAdmin || reply.teamId !== null ? () => setChangedId(reply.id) : undefined}
          />
        ))}
      </ul>
      <Dialog
        title={t("replies.new")}
        closeLabel={t("dismiss")}
        isOpen={isMaking}
        onClose={() => setMaking(false)}
      >
        <ReplyForm isAdmin={isAdmin} onDone={() => setMaking(false)} />
      </Dialog>
      <Dialog
        title={changed?.name ?? ""}
        closeLabel={t("dismiss")}
        isOpen={changed !== undefined}
        onClose={() => setChangedId(undefined)}
      >
        {changed && <ReplyForm reply={changed} isAdmin={isAdmin} onDone={() => setChangedId(undefined)} />}
      </Dialog>
    </Panel>
  )
}

function Reply({
  reply,
  uses,
  onChange,
}: {
  reply: ReplyRow
  uses: number | undefined
  onChange: (() => void) | undefined
}) {
  const teams = useTeams()
  const { id: replyId, name, teamId } = reply
  const remove = async () => {
    const words = t("replies.deleted", { name })
    if (!(await saved(issueWorkspace("deleteReply", { replyId }, {}), words))) return
    showToast(words, {
      label: t("undo"),
      run: () => void saved(issueWorkspace("restoreReply", { replyId }, {})),
    })
  }
  return (
    <li className={style["row"]}>
      <Icon name={teamId === null ? "stack" : "people"} />
      <span>
        <bdi className={style["name"]}>{name}</bdi>
        <span className={style["second"]}>
          {teamId === null ? t("replies.everybody") : (teams.get(teamId)?.name ?? t("someTeam"))}
          {uses !== undefined && ` · ${t("replies.uses", { count: uses })}`}
        </span>
        <bdi className={style["excerpt"]}>{reply.text}</bdi>
      </span>
      {onChange && (
        <span className={style["controls"]}>
          <Button icon="gear" label={t("replies.change", { name })} onClick={onChange} />
          <Button kind="danger" onClick={() => void remove()}>
            {t("replies.delete")}
          </Button>
        </span>
      )}
    </li>
  )
}

function ReplyForm({ reply, isAdmin, onDone }: { reply?: ReplyRow; isAdmin: boolean; onDone: () => void }) {
  const teams = useTeams()
  const mine = useSelf()?.reader.teamIds
  const own = [...teams.values()].filter(({ id }) => isAdmin || mine?.has(id))
  const [name, setName] = useState(reply?.name ?? "")
  const [text, setText] = useState(reply?.text ?? "")
  const [teamId, setTeamId] = useState(reply ? (reply.teamId ?? "") : isAdmin ? "" : (own[0]?.id ?? ""))
  const save = async () => {
    const wanted = { name, text, teamId: teamId === "" ? null : teamId }
    const asked = reply
      ? issueWorkspace("changeReply", { replyId: reply.id }, wanted)
      : issueWorkspace("makeReply", {}, wanted)
    if (await saved(asked)) onDone()
  }
  return (
    <form
      className={formStyle["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field label={t("replies.name")} value={name} onValue={setName} required maxLength={60} />
      <Field
        label={t("replies.text")}
        value={text}
        onValue={setText}
        required
        lines={6}
        maxLength={MOST_TEXT / 2}
        hint={t("replies.variables", { names: REPLY_VARIABLES.map((each) => `{${each}}`).join(" ") })}
      />
      <Field
        label={t("replies.for")}
        value={teamId}
        onValue={setTeamId}
        choices={[
          ...(isAdmin ? [{ value: "", label: t("replies.everybody") }] : []),
          ...own.map((team) => ({ value: team.id, label: team.name })),
        ]}
      />
      <Button kind="primary" type="submit">
        {t("settings.save")}
      </Button>
    </form>
  )
}
