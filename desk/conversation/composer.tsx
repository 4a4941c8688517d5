import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { mendText, MOST_FILES, MOST_TEXT } from "../../protocol/text.ts"
import { segmentsOf } from "../../protocol/sms.ts"
import { useActions } from "../actions/actions.ts"
import {
  issue,
  useAgents,
  useDraft,
  useReplies,
  useSelf,
  useTeams,
  useUnready,
  useWorkspace,
  type DraftFile,
} from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button, Icon } from "../ui/ui.ts"
import { AddressMenu } from "./address-menu.tsx"
import { attachAll, AttachedFiles } from "./attached-files.tsx"
import { ChoiceList, useChoiceList } from "./choice-list.tsx"
import { EmojiButton } from "./emoji-button.tsx"
import { mentionRules, replyRules } from "./choices.tsx"
import { OtherDraft } from "./other-draft.tsx"
import { withMentions, withNames, type Mentionable } from "./mention.ts"
import { FileButton, useDropping } from "./choosing-files.tsx"
import { useMeanwhile } from "./use-meanwhile.ts"
import { useRecorder } from "./voice.tsx"
import { useTyping, type Typing } from "./use-typing.ts"
import style from "./composer.module.css"

export function Composer({
  row,
  name,
  onTyping,
}: {
  row: ConversationRow
  name: string
  onTyping: (typing: Typing) => void
}) {
  const self = useSelf()
  const agents = useAgents()
  const teams = useTeams()
  const { draft, setDraft, ...other } = useDraft(row.id)
  const { isNote } = draft
  const field = useRef<HTMLTextAreaElement>(null)
  const people = useMemo(() => mentionables(agents, teams, self?.agent.id), [agents, teams, self?.agent.id])
  const nameOf = (kind: "agent" | "team", id: string) =>
    (kind === "agent" ? agents.get(id)?.name : teams.get(id)?.name) ?? t("someone")
  const text = isNote ? withNames(draft.text, nameOf) : draft.text
  const { files } = draft
  const unready = useUnready(files)
  const [pickedAddress, setPickedAddress] = useState<string>()
  const address =
    row.addresses.find(({ id }) => id === (pickedAddress ?? row.lastAddressId)) ?? row.addresses[0]
  const isClosed = !isNote && (address === undefined || address.optedOut)
  const meanwhile = useMeanwhile(row, self?.agent.id ?? "", text !== "" || files.length > 0)
  const typing = useTyping(isNote, onTyping)
  const write = (next: string) => {
    setDraft((now) => ({ ...now, text: next, reason: next === "" ? undefined : now.reason }))
    typing.typed(next)
  }
  const setFiles = (change: (now: readonly DraftFile[]) => DraftFile[]) =>
    setDraft((now) => ({ ...now, files: change(now.files) }))
  const add = (chosen: Iterable<File>) => setFiles((now) => attachAll(now, chosen))
  const recorder = useRecorder({
    setFiles,
    isDisabled: isClosed || files.length >= MOST_FILES,
    onOver: () => field.current?.focus(),
  })
  const isOver = useDropping(isClosed ? undefined : add)
  const rules = useComposerRules(row, isNote, people)
  const choices = useChoiceList({ rules, text, isOn: isNote || text.includes("/"), field, onText: write })
  useGrowing(field, text)

  // The customer has written through another address since: answers follow him there again.
  useEffect(() => setPickedAddress(undefined), [row.lastAddressId])

  const turn = (toNote: boolean) => {
    setDraft((now) => ({ ...now, isNote: toNote }))
    field.current?.focus()
  }
  useActions({ answer: () => turn(false), note: () => turn(true) })

  const mended = mendText(text) ?? ""
  const over = text.length - MOST_TEXT
  const canSend = (mended !== "" || files.length > 0) && unready === 0 && over <= 0 && !isClosed
  const send = () => {
    if (!canSend || (!isNote && meanwhile.holds())) return
    const params = { conversationId: row.id }
    const chosenPeople = choices.chosen.flatMap((choice) => ("person" in choice ? [choice.person] : []))
    const replyIds = choices.chosen.flatMap((choice) => ("reply" in choice ? [choice.reply.id] : []))
    const named = files.length > 0 ? { fileIds: files.map(({ id }) => id) } : {}
    if (isNote)
      void issue("note", params, { text: withMentions(mended, people, chosenPeople), ...named }, files)
    else if (address) {
      const expects = {
        assigneeId: row.assigneeId,
        isOpen: row.isOpen,
        lastAnswerId: row.lastAnswer?.id ?? null,
      }
      const undo = self?.undoesSend ? { isUndoable: true } : {}
      const used = replyIds.length > 0 ? { replyIds: [...new Set(replyIds)] } : {}
      const body = { text: mended, addressId: address.id, expects, ...named, ...used, ...undo }
      void issue("answer", params, body, files)
    }
    // Only now: the outbox has the text before the draft lets go of it.
    setDraft(() => ({ text: "", isNote, files: [] }))
    choices.forget()
    typing.typed("")
    field.current?.focus()
  }
  const pressed = (event: KeyboardEvent) => {
    // Safari sends the Enter that ends a composition after `compositionend`, with the old key code.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (choices.pressed(event)) return
    if (event.key === "Escape") return field.current?.blur()
    if (event.key !== "Enter" || event.shiftKey) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className={style["composer"]}
      data-note={isNote || undefined}
      data-over={isOver || undefined}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div role="status">
        {draft.reason && (
          <p className={style["refused"]}>
            {t("composer.refused", { reason: refusalWords(draft.reason, (id) => agents.get(id)?.name) })}
          </p>
        )}
        {!isNote && meanwhile.words !== undefined && <p className={style["held"]}>{meanwhile.words}</p>}
        {isClosed && (
          <p className={style["held"]}>
            {address?.optedOut
              ? t("composer.optedOut", { address: address.display })
              : t("composer.noAddress")}
          </p>
        )}
        <OtherDraft {...other} field={field} />
        {isOver && <p className={style["held"]}>{t("file.drop")}</p>}
        {unready > 0 && !recorder.isRecording && (
          <p className={style["held"]}>{t("file.unready", { count: unready })}</p>
        )}
        {over > 0 && <p className={style["refused"]}>{t("composer.tooLong", { over })}</p>}
      </div>
      <AttachedFiles
        files={files}
        onRemove={(id) => setFiles((now) => now.filter((file) => file.id !== id))}
        onPutBack={(file) => setFiles((now) => [...now, file])}
      />
      {recorder.strip}
      <ChoiceList list={choices} label={isNote ? t("composer.mention") : t("composer.replies")} />
      <textarea
        ref={field}
        className={style["text"]}
        aria-label={isNote ? t("composer.note") : t("composer.answer")}
        placeholder={isNote ? t("composer.notePlaceholder") : t("composer.answerPlaceholder", { name })}
        rows={1}
        dir="auto"
        value={text}
        // What is disabled takes no focus, and what is typed after `n` or `r` would be obeyed as shortcuts.
        readOnly={isClosed}
        aria-disabled={isClosed || undefined}
        {...choices.attributes}
        onChange={(event) => write(event.target.value)}
        onKeyDown={pressed}
        onSelect={choices.moved}
        onPaste={(event) => {
          const pasted = [...event.clipboardData.files]
          if (pasted.length === 0 || isClosed) return
          event.preventDefault()
          add(pasted)
        }}
        onBlur={() => typing.typed("")}
      />
      <div className={style["bar"]}>
        <button
          type="button"
          role="switch"
          aria-checked={isNote}
          aria-label={t("composer.note")}
          title={t("composer.noteHint")}
          className={style["switch"]}
          onClick={() => turn(!isNote)}
        >
          <Icon name="lock" size={16} />
          <span aria-hidden="true" className={style["long"]}>
            {t("composer.note")}
          </span>
          <span aria-hidden="true" className={style["short"]}>
            {t("composer.noteShort")}
          </span>
        </button>
        <FileButton isDisabled={isClosed} onChoose={add} />
        {!isNote && address && <AddressMenu row={row} address={address} onPick={setPickedAddress} />}
        <span className={style["end"]}>
          {!isNote && address?.channel === "sms" && text !== "" && (
            <span className={style["count"]}>{segmentWords(text)}</span>
          )}
          {recorder.button}
          {!isClosed && <EmojiButton field={field} onText={write} />}
          <Button kind="primary" icon="send" label={t("composer.send")} type="submit" disabled={!canSend} />
        </span>
      </div>
    </form>
  )
}

/** Names in a note; in an answer the saved replies of all and of the conversation's team. */
function useComposerRules(row: ConversationRow, isNote: boolean, people: readonly Mentionable[]) {
  const self = useSelf()
  const workspace = useWorkspace()
  const replies = useReplies()
  return useMemo(() => {
    if (isNote) return mentionRules(people)
    const fitting = [...replies.values()].filter(({ teamId }) => teamId === null || teamId === row.teamId)
    return replyRules(fitting, {
      customer: row.customer.name,
      agent: self?.agent.name ?? "",
      company: workspace?.name ?? "",
    })
  }, [isNote, people, replies, row.teamId, row.customer.name, self?.agent.name, workspace?.name])
}

/** Everybody but oneself; disabled colleagues are not told anything any more. */
function mentionables(
  agents: ReturnType<typeof useAgents>,
  teams: ReturnType<typeof useTeams>,
  selfId: string | undefined,
): Mentionable[] {
  const colleagues = [...agents.values()]
    .filter((agent) => !agent.isDisabled && agent.id !== selfId)
    .map(({ id, name }) => ({ kind: "agent" as const, id, name }))
  return [
    ...colleagues,
    ...[...teams.values()].map(({ id, name }) => ({ kind: "team" as const, id, name })),
  ].toSorted((one, other) => one.name.localeCompare(other.name))
}

function segmentWords(text: string): string {
  const { segments, left } = segmentsOf(text)
  return segments <= 1 ? t("composer.left", { left }) : t("composer.segments", { count: segments, left })
}

/** As high as its text, up to the limit in the style; `field-sizing` is not everywhere yet. */
function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string) {
  useEffect(() => {
    const element = field.current
    if (!element || CSS.supports("field-sizing", "content")) return
    element.style.blockSize = "auto"
    element.style.blockSize = `${element.scrollHeight}px`
  }, [field, text])
}
