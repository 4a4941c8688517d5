import { useState } from "react"
import type { z } from "zod"
import { keysAnswer } from "../../protocol/programs.ts"
import { useActions } from "../actions/actions.ts"
import { issueWorkspace, serverNow, useAgents } from "../replica/replica.ts"
import { agoWords, refusalWords, t } from "../texts/texts.ts"
import { Button, Dialog, Field, Icon } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { CopiedField } from "./copied-field.tsx"
import { Panel } from "./panel.tsx"
import { useAsked } from "./use-asked.ts"
import formStyle from "./form.module.css"
import style from "./section.module.css"

type Key = z.infer<typeof keysAnswer>["keys"][number]

export function KeysSection({ isAdmin }: { isAdmin: boolean }) {
  const [changes, setChanges] = useState(0)
  const keys = useAsked(isAdmin ? "/api-keys" : undefined, keysAnswer, changes)?.keys
  const [isMaking, setMaking] = useState(false)
  useActions({ newKey: isAdmin && (() => setMaking(true)) })
  const [revoked, setRevoked] = useState<Key>()
  const changed = () => setChanges((count) => count + 1)
  return (
    <Panel
      title={t("settings.keys")}
      what={
        <>
          {t("keys.what")}{" "}
          <a className={style["link"]} href="/api" target="_blank" rel="noopener">
            {t("keys.api")}
          </a>
        </>
      }
      action={
        isAdmin && (
          <Button icon="plus" onClick={() => setMaking(true)}>
            {t("keys.new")}
          </Button>
        )
      }
    >
      {keys?.length === 0 && <p>{t("keys.nothing")}</p>}
      <ul className={style["rows"]}>
        {keys?.map((key) => (
          <KeyLine key={key.id} of={key} onRevoke={() => setRevoked(key)} />
        ))}
      </ul>
      <Dialog
        title={t("keys.new")}
        closeLabel={t("dismiss")}
        isOpen={isMaking}
        onClose={() => setMaking(false)}
      >
        <NewKey onMade={changed} onDone={() => setMaking(false)} />
      </Dialog>
      <Dialog
        title={t("keys.revokeTitle", { name: revoked?.name ?? "" })}
        closeLabel={t("dismiss")}
        isOpen={revoked !== undefined}
        onClose={() => setRevoked(undefined)}
      >
        {revoked && (
          <Revoke
            of={revoked}
            onDone={() => {
              setRevoked(undefined)
              changed()
            }}
          />
        )}
      </Dialog>
    </Panel>
  )
}

function KeyLine({ of: { name, beginning, agentId, usedAt }, onRevoke }: { of: Key; onRevoke: () => void }) {
  const agent = useAgents().get(agentId)
  const used = usedAt === null ? t("keys.unused") : t("keys.used", { ago: agoWords(usedAt, serverNow()) })
  return (
    <li className={style["row"]}>
      <Icon name="lock" />
      <span>
        <bdi className={style["name"]}>{name}</bdi>
        <span className={style["second"]}>
          <code>{beginning}…</code> · {t("keys.as", { name: agent?.name ?? t("someone") })} · {used}
        </span>
      </span>
      <span className={style["controls"]}>
        <Button kind="danger" label={t("keys.revokeOf", { name })} onClick={onRevoke}>
          {t("keys.revoke")}
        </Button>
      </span>
    </li>
  )
}

/** The key is in this component's memory and nowhere else: closed, it is gone. */
function NewKey({ onMade, onDone }: { onMade: () => void; onDone: () => void }) {
  const [name, setName] = useState("")
  const [key, setKey] = useState<string | null>()
  const [problem, setProblem] = useState<string>()
  const make = async () => {
    const outcome = await issueWorkspace("makeKey", {}, { name })
    if (outcome.kind === "refused") return setProblem(refusalWords(outcome.refusal))
    setKey(outcome.answer.key)
    onMade()
  }
  if (key !== undefined)
    return (
      <div className={formStyle["form"]}>
        {key === null ? (
          <p role="alert">{t("keys.lost")}</p>
        ) : (
          <CopiedField label={t("keys.key")} value={key} hint={t("keys.once")} />
        )}
        <Button kind="primary" onClick={onDone}>
          {t("keys.done")}
        </Button>
      </div>
    )
  return (
    <form
      className={formStyle["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <Field
        label={t("keys.name")}
        value={name}
        onValue={setName}
        required
        maxLength={60}
        hint={t("keys.nameHint")}
        problem={problem}
      />
      <Button kind="primary" type="submit">
        {t("keys.make")}
      </Button>
    </form>
  )
}

function Revoke({ of: { id: keyId, name }, onDone }: { of: Key; onDone: () => void }) {
  return (
    <div className={formStyle["form"]}>
      <p>{t("keys.revokeWhat")}</p>
      <Button
        kind="danger"
        onClick={() =>
          void saved(issueWorkspace("revokeKey", { keyId }, {}), t("keys.revoked", { name })).then(
            (isDone) => isDone && onDone(),
          )
        }
      >
        {t("keys.revoke")}
      </Button>
    </div>
  )
}
