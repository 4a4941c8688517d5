import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from "react"
import { hasFormatting } from "../../protocol/formatting.ts"
import type { ConversationRow } from "../../protocol/rows.ts"
import { mendText, MOST_FILES, MOST_REPLIES, MOST_TEXT } from "../../protocol/text.ts"
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
import { byName, refusalWords, t } from "../texts/texts.ts"
import { attachAll, AttachedFiles } from "./attached-files.tsx"
import { ComposerBar } from "./composer-bar.tsx"
import { ChoiceList, useChoiceList } from "./choice-list.tsx"
import { mentionRules, replyRules } from "./choices.tsx"
import { OtherDraft } from "./other-draft.tsx"
import { withMentions, withNames, type Mentionable } from "./mention.ts"
import { useDropping } from "./choosing-files.tsx"
import { useMarks } from "./use-marks.ts"
import { useMeanwhile } from "./use-meanwhile.ts"
import { useRecorder } from "./voice.tsx"
import { useTyping, type Typing } from "./use-typing.ts"
import style from "./composer.module.css"

export function Composer({
  row,
  name,
  thread,
  onTyping,
  onSent,
}: {
  row: ConversationRow
  name: string
  /** The note that is answered here; without one it is the conversation's own composer. */
  thread?: string
  onTyping: (typing: Typing) => void
  onSent?: () => void
}) {
  const self = useSelf()
  const agents = useAgents()
  const teams = useTeams()
  const { draft, setDraft, ...other } = useDraft(row.id, thread)
  const isNote = thread !== undefined || draft.isNote
  const field = useRef<HTMLTextAreaElement>(null)
  const people = useMemo(() => mentionables(agents, teams, self?.agent.id), [agents, teams, self?.agent.id])
  const nameOf = (kind: "agent" | "team", id: string) =>
    (kind === "agent" ? agents.get(id)?.name : teams.get(id)?.name) ?? t("someone")
  const text = isNote ? withNames(draft.text, nameOf) : draft.text
  const words = wordsOf(isNote, thread !== undefined, name)
  const { files } = draft
  const unready = useUnready(files)
  const [pickedAddress, setPickedAddress] = useState<string>()
  const address =
    row.addresses.find(({ id }) => id === (pickedAddress ?? row.lastAddressId)) ?? row.addresses[0]
  const isClosed = !isNote && (address === undefined || address.optedOut)
  const meanwhile = useMeanwhile(row, self?.agent.id ?? "", text !== "" || files.length > 0)
  const typing = useTyping(isNote, onTyping)
  const write = useCallback(
    (next: string) => {
      setDraft((now) => ({ ...now, text: next, reason: next === "" ? undefined : now.reason }))
      typing.typed(next)
    },
    [setDraft, typing],
  )
  const setFiles = useCallback(
    (change: (now: readonly DraftFile[]) => DraftFile[]) =>
      setDraft((now) => ({ ...now, files: change(now.files) })),
    [setDraft],
  )
  const add = useCallback((chosen: Iterable<File>) => setFiles((now) => attachAll(now, chosen)), [setFiles])
  const recorder = useRecorder({
    setFiles,
    isDisabled: isClosed || files.length >= MOST_FILES,
    onOver: () => field.current?.focus(),
  })
  const isOver = useDropping(isClosed ? undefined : add)
  const rules = useComposerRules(row, isNote, people)
  const choices = useChoiceList({ rules, text, isOn: isNote || text.includes("/"), field, onText: write })
  const marks = useMarks({
    field,
    isOn: isNote || (address !== undefined && hasFormatting(address.channel)),
    onText: write,
  })
  useGrowing(field, text)

  // The customer has written through another address since: answers follow him there again.
  useEffect(() => setPickedAddress(undefined), [row.lastAddressId])

  const turn = useCallback(
    (toNote: boolean) => {
      setDraft((now) => ({ ...now, isNote: toNote }))
      field.current?.focus()
    },
    [setDraft],
  )
  // A key never makes an answer of what was begun as a note: that is the switch's to do.
  const answer = () => (isNote && draft.text !== "" ? field.current?.focus() : turn(false))
  useActions(thread === undefined ? { answer, note: () => turn(true) } : {})

  const mended = mendText(text) ?? ""
  const chosenPeople = choices.chosen.flatMap((choice) => ("person" in choice ? [choice.person] : []))
  // Counted as it is sent: a mention takes more room than the name it is written as.
  const outgoing = isNote ? withMentions(mended, people, chosenPeople) : mended
  const over = outgoing.length - MOST_TEXT
  const isSendable = unready === 0 && over <= 0 && files.length <= MOST_FILES && !isClosed
  const canSend = (mended !== "" || files.length > 0) && isSendable
  const send = () => {
    if (!canSend || (!isNote && meanwhile.holds())) return
    const params = { conversationId: row.id }
    const replyIds = choices.chosen.flatMap((choice) => ("reply" in choice ? [choice.reply.id] : []))
    const named = files.length > 0 ? { fileIds: files.map(({ id }) => id) } : {}
    if (isNote) {
      const note = { text: outgoing, thread, ...named }
      void issue("note", params, note, files)
    } else if (address) {
      const expects = {
        assigneeId: row.assigneeId,
        isOpen: row.isOpen,
        lastAnswerId: row.lastAnswer?.id ?? null,
      }
      const undo = self?.undoesSend ? { isUndoable: true } : {}
      const used = replyIds.length > 0 ? { replyIds: [...new Set(replyIds)].slice(0, MOST_REPLIES) } : {}
      const body = { text: outgoing, addressId: address.id, expects, ...named, ...used, ...undo }
      void issue("answer", params, body, files)
    }
    // Only now: the outbox has the text before the draft lets go of it.
    setDraft(() => ({ text: "", isNote, files: [] }))
    choices.forget()
    onSent?.()
    typing.typed("")
    field.current?.focus()
  }
  const pressed = (event: KeyboardEvent) => {
    // Safari sends the Enter that ends a composition after `compositionend`, with the old key code.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (choices.pressed(event) || marks(event)) return
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
        {files.length > MOST_FILES && (
          <p className={style["refused"]}>{t("file.tooMany", { most: MOST_FILES })}</p>
        )}
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
        aria-label={words.label}
        placeholder={words.placeholder}
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
      <ComposerBar
        row={row}
        address={isNote ? undefined : address}
        isNote={isNote}
        isClosed={isClosed}
        canSend={canSend}
        count={!isNote && address?.channel === "sms" && text !== "" ? segmentWords(text) : undefined}
        recordButton={recorder.button}
        field={field}
        onTurn={thread === undefined ? turn : undefined}
        onPick={setPickedAddress}
        onChoose={add}
        onText={write}
      />
    </form>
  )
}

/** What the field is called, and what it says while it is empty. */
function wordsOf(isNote: boolean, isThread: boolean, name: string) {
  if (isThread) return { label: t("composer.threadAnswer"), placeholder: t("composer.threadPlaceholder") }
  return isNote
    ? { label: t("composer.note"), placeholder: t("composer.notePlaceholder") }
    : { label: t("composer.answer"), placeholder: t("composer.answerPlaceholder", { name }) }
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
    .map(({ id, name, photo }) => ({ kind: "agent" as const, id, name, photo }))
  return [
    ...colleagues,
    ...[...teams.values()].map(({ id, name }) => ({ kind: "team" as const, id, name })),
  ].toSorted(byName)
}

function segmentWords(text: string): string {
  const { segments, left } = segmentsOf(text)
  return segments <= 1 ? t("composer.left", { left }) : t("composer.segments", { count: segments, left })
}

/** `field-sizing` is not everywhere yet. */
const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content")

/** As high as its text, up to the limit in the style. */
function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string) {
  useEffect(() => {
    const element = field.current
    if (!element || GROWS_BY_ITSELF) return
    element.style.blockSize = "auto"
    element.style.blockSize = `${element.scrollHeight}px`
  }, [field, text])
}
