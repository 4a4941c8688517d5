import { useState } from "react"
import { signInCommands, type AccountAnswer } from "../../protocol/sign-in.ts"
import { request } from "../replica/replica.ts"
import { AskForm, canUsePasskeys, makePasskey } from "../sign-in/sign-in.ts"
import { dateWords, t } from "../texts/texts.ts"
import { Button, Dialog, Field, Icon, showToast } from "../ui/ui.ts"
import { Panel } from "./panel.tsx"
import formStyle from "./form.module.css"
import style from "./section.module.css"

type Passkey = AccountAnswer["passkeys"][number]
type Open = { what: "add" } | { what: "rename" | "remove"; passkey: Passkey }

export function Passkeys({ account, onChanged }: { account: AccountAnswer; onChanged: () => void }) {
  const [open, setOpen] = useState<Open>()
  const { canPasskey, passkeys } = account
  const isUsable = canPasskey && canUsePasskeys()
  const done = () => {
    setOpen(undefined)
    onChanged()
  }
  return (
    <Panel
      title={t("passkey.title")}
      what={isUsable ? t("passkey.what") : canPasskey ? t("passkey.unknown") : t("passkey.impossible")}
      action={
        isUsable && (
          <Button icon="plus" onClick={() => setOpen({ what: "add" })}>
            {t("passkey.add")}
          </Button>
        )
      }
    >
      {isUsable && passkeys.length === 0 && <p>{t("passkey.none")}</p>}
      <ul className={style["rows"]}>
        {passkeys.map((passkey) => (
          <li key={passkey.id} className={style["row"]}>
            <Icon name="lock" />
            <span>
              <bdi className={style["name"]}>{passkey.name}</bdi>
              <span className={style["second"]}>
                {t("passkey.made", { date: dateWords(passkey.createdAt) })}
              </span>
            </span>
            <span className={style["controls"]}>
              <Button
                label={t("passkey.rename", { name: passkey.name })}
                onClick={() => setOpen({ what: "rename", passkey })}
              >
                {t("passkey.renameShort")}
              </Button>
              <Button
                kind="danger"
                label={t("passkey.remove", { name: passkey.name })}
                onClick={() => setOpen({ what: "remove", passkey })}
              >
                {t("passkey.removeShort")}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      <Dialog
        title={open ? titleOf(open) : ""}
        closeLabel={t("dismiss")}
        isOpen={open !== undefined}
        onClose={() => setOpen(undefined)}
      >
        <div className={formStyle["form"]}>
          {open?.what === "add" && <Add onDone={done} />}
          {open?.what === "rename" && <Rename of={open.passkey} onDone={done} />}
          {open?.what === "remove" && <Remove of={open.passkey} onDone={done} />}
        </div>
      </Dialog>
    </Panel>
  )
}

function titleOf(open: Open): string {
  if (open.what === "add") return t("passkey.add")
  const { name } = open.passkey
  return open.what === "rename" ? t("passkey.rename", { name }) : t("passkey.removeTitle", { name })
}

function Add({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState("")
  const [password, setPassword] = useState("")
  const add = async () => {
    const credential = await makePasskey(password)
    const { path, answer } = signInCommands.addPasskey
    await request("POST", path, { name, credential }, answer)
    showToast(t("passkey.added"))
    onDone()
  }
  return (
    <AskForm label={t("passkey.add")} run={add}>
      <Name value={name} onValue={setName} />
      <Password label={t("sign.password")} value={password} onValue={setPassword} />
    </AskForm>
  )
}

function Rename({ of: { id, name: now }, onDone }: { of: Passkey; onDone: () => void }) {
  const [name, setName] = useState(now)
  const rename = async () => {
    await request("PATCH", `/account/passkeys/${id}`, { name }, signInCommands.renamePasskey.answer)
    onDone()
  }
  return (
    <AskForm label={t("passkey.save")} run={rename}>
      <Name value={name} onValue={setName} />
    </AskForm>
  )
}

function Remove({ of: { id }, onDone }: { of: Passkey; onDone: () => void }) {
  const [password, setPassword] = useState("")
  const remove = async () => {
    await request("DELETE", `/account/passkeys/${id}`, { password }, signInCommands.removePasskey.answer)
    showToast(t("passkey.removed"))
    onDone()
  }
  return (
    <AskForm label={t("passkey.removeShort")} kind="danger" run={remove}>
      <Password label={t("sign.password")} value={password} onValue={setPassword} />
    </AskForm>
  )
}

function Name(o: { value: string; onValue: (value: string) => void }) {
  return <Field {...o} label={t("passkey.name")} hint={t("passkey.nameHint")} maxLength={60} required />
}

/** The one he has: browsers fill it in. */
export function Password(o: { label: string; value: string; onValue: (value: string) => void }) {
  return <Field {...o} type="password" autoComplete="current-password" required />
}
