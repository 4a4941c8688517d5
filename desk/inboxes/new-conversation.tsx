import { useNavigate } from "@tanstack/react-router"
import type * as phoneNumbers from "libphonenumber-js/min"
import { useEffect, useState } from "react"
import { workspaceCommands } from "../../protocol/commands.ts"
import { segmentsOf } from "../../protocol/sms.ts"
import type { SourceRow } from "../../protocol/rows.ts"
import { mendText, MOST_TEXT } from "../../protocol/text.ts"
import { insist } from "../offline/offline.ts"
import { newId, RefusalError, request, useAgents, useSelf } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button, Dialog, Field } from "../ui/ui.ts"
import style from "./new-conversation.module.css"

type Numbers = typeof phoneNumbers

type Typed = { number: string; text: string }
const NOTHING: Typed = { number: "", text: "" }
/** By agent, kept while the window lives: a dialog is closed by a key, and what was typed is not. */
const unfinished = new Map<string | undefined, Typed>()

export default function NewConversation({
  sources,
  onClose,
}: {
  sources: readonly SourceRow[]
  onClose: () => void
}) {
  return (
    <Dialog title={t("start.title")} closeLabel={t("dismiss")} isOpen onClose={onClose}>
      <StartForm sources={sources} onClose={onClose} />
    </Dialog>
  )
}

function StartForm({ sources, onClose }: { sources: readonly SourceRow[]; onClose: () => void }) {
  const navigate = useNavigate()
  const self = useSelf()
  const agents = useAgents()
  const numbers = useNumbers()
  const [sourceId, setSourceId] = useState(sources[0]?.id ?? "")
  const [{ number, text }, setTyped] = useState(() => unfinished.get(self?.agent.id) ?? NOTHING)
  // Sent again it is the same message, until another is typed.
  const [id, setId] = useState(newId)
  const [isTried, setTried] = useState(false)
  const [isSending, setSending] = useState(false)
  const [refused, setRefused] = useState<string>()
  const source = sources.find((one) => one.id === sourceId)
  const own = source?.settings.channel === "sms" ? source.settings.number : ""
  const country = numbers?.parsePhoneNumberFromString(own)?.country
  const parsed = numbers?.parsePhoneNumberFromString(number, country ? { defaultCountry: country } : {})
  const to = parsed?.isPossible() ? parsed : undefined
  const mended = mendText(text)

  const type = (part: Partial<Typed>) => {
    const typed = { number, text, ...part }
    unfinished.set(self?.agent.id, typed)
    setTyped(typed)
    setId(newId())
    setRefused(undefined)
  }
  const send = async () => {
    setTried(true)
    if (!to || mended === undefined || isSending) return
    setSending(true)
    const { method, path, answer } = workspaceCommands.startConversation
    const body = { id, sourceId, to: to.number, text: mended, isUndoable: self?.undoesSend ?? false }
    try {
      const { conversationId } = await request(method, path, body, answer)
      unfinished.delete(self?.agent.id)
      onClose()
      await navigate({ to: "/inbox/$inbox/$conversationId", params: { inbox: "me", conversationId } })
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      setRefused(refusalWords(error.body, (agentId) => agents.get(agentId)?.name))
    } finally {
      setSending(false)
    }
  }

  return (
    <form
      className={style["form"]}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {sources.length > 1 && (
        <Field
          label={t("start.from")}
          value={sourceId}
          onValue={setSourceId}
          choices={sources.map((one) => ({ value: one.id, label: one.name }))}
        />
      )}
      <Field
        label={t("start.number")}
        type="tel"
        autoComplete="off"
        autoFocus
        value={number}
        onValue={(next) => type({ number: next })}
        hint={to ? to.formatInternational() : t("start.numberHint")}
        problem={isTried && numbers && !to ? t("start.noNumber") : undefined}
      />
      <Field
        label={t("start.text")}
        lines={4}
        maxLength={MOST_TEXT}
        value={text}
        onValue={(next) => type({ text: next })}
        hint={text === "" ? undefined : t("composer.segments", countsOf(text))}
        problem={isTried && mended === undefined ? t("start.noText") : undefined}
      />
      <p className={style["refused"]} role="status">
        {refused}
      </p>
      <Button kind="primary" type="submit" disabled={isSending || !numbers}>
        {t("composer.send")}
      </Button>
    </form>
  )
}

function countsOf(text: string) {
  const { segments, left } = segmentsOf(text)
  return { count: segments, left }
}

/** What numbers look like everywhere weighs more than the dialog: it comes with the first one that is opened. */
function useNumbers(): Numbers | undefined {
  const [numbers, setNumbers] = useState<Numbers>()
  useEffect(() => {
    void insist(() => import("libphonenumber-js/min")).then(setNumbers)
  }, [])
  return numbers
}
