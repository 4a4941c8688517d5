import { useState } from "react"
import { accountAnswer, signInCommands, type AccountAnswer } from "../../protocol/sign-in.ts"
import { request } from "../replica/replica.ts"
import { AskForm, RecoveryCodes, SetUpTwoFactors } from "../sign-in/sign-in.ts"
import { t } from "../texts/texts.ts"
import { Button, Dialog, Field, showToast } from "../ui/ui.ts"
import { Devices } from "./devices.tsx"
import { Panel } from "./panel.tsx"
import { Password, Passkeys } from "./passkeys.tsx"
import { useAsked } from "./use-asked.ts"
import formStyle from "./form.module.css"
import style from "./section.module.css"

/** How one signs in oneself: nothing of it belongs to the workspace. */
export function SignInSection() {
  const [changes, setChanges] = useState(0)
  const account = useAsked("/account", accountAnswer, changes)
  const changed = () => setChanges((count) => count + 1)
  if (!account) return null
  return (
    <>
      <OwnPassword onChanged={changed} />
      <OwnEmail email={account.email} onChanged={changed} />
      <TwoFactors account={account} onChanged={changed} />
      <Passkeys account={account} onChanged={changed} />
      <Devices sessions={account.sessions} onChanged={changed} />
    </>
  )
}

type Changing = { onChanged: () => void }

function OwnPassword({ onChanged }: Changing) {
  const [password, setPassword] = useState("")
  const [newPassword, setNewPassword] = useState("")
  const change = async () => {
    const { path, answer } = signInCommands.changePassword
    await request("PUT", path, { password, newPassword }, answer)
    setPassword("")
    setNewPassword("")
    showToast(t("sign.passwordChanged"))
    onChanged()
  }
  return (
    <Panel title={t("sign.password")}>
      <AskForm label={t("sign.changePassword")} run={change}>
        <div className={style["pair"]}>
          <Password label={t("sign.currentPassword")} value={password} onValue={setPassword} />
          <Field
            label={t("sign.newPassword")}
            type="password"
            value={newPassword}
            onValue={setNewPassword}
            autoComplete="new-password"
            minLength={10}
            required
            hint={t("sign.newPasswordHint")}
          />
        </div>
      </AskForm>
    </Panel>
  )
}

function OwnEmail({ email: now, onChanged }: Changing & { email: string }) {
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")
  const change = async () => {
    const { path, answer } = signInCommands.changeEmail
    const { isMailed } = await request("PUT", path, { email, password }, answer)
    setEmail("")
    setPassword("")
    showToast(isMailed ? t("sign.emailMailed", { email }) : t("sign.emailChanged", { email }))
    onChanged()
  }
  return (
    <Panel title={t("sign.email")} what={now}>
      <AskForm label={t("sign.changeEmail")} run={change}>
        <div className={style["pair"]}>
          <Field
            label={t("sign.newEmail")}
            type="email"
            value={email}
            onValue={setEmail}
            autoComplete="email"
            required
          />
          <Password label={t("sign.currentPassword")} value={password} onValue={setPassword} />
        </div>
      </AskForm>
    </Panel>
  )
}

function TwoFactors({ account, onChanged }: Changing & { account: AccountAnswer }) {
  const [isOpen, setOpen] = useState<"setUp" | "turnOff" | "codes">()
  const { hasTwoFactors, recoveryCodesLeft } = account
  const close = () => {
    setOpen(undefined)
    onChanged()
  }
  return (
    <Panel
      title={t("sign.twoFactors")}
      what={hasTwoFactors ? t("sign.twoFactorsOn", { count: recoveryCodesLeft }) : t("sign.twoFactorsWhat")}
    >
      <div className={style["buttons"]}>
        {hasTwoFactors ? (
          <>
            <Button onClick={() => setOpen("codes")}>{t("sign.renewCodes")}</Button>
            <Button onClick={() => setOpen("turnOff")}>{t("sign.turnOff")}</Button>
          </>
        ) : (
          <Button onClick={() => setOpen("setUp")}>{t("sign.setUp")}</Button>
        )}
      </div>
      <Dialog
        title={
          isOpen === "turnOff"
            ? t("sign.turnOffTitle")
            : isOpen === "codes"
              ? t("sign.recoveryCodes")
              : t("sign.twoFactors")
        }
        closeLabel={t("dismiss")}
        isOpen={isOpen !== undefined}
        onClose={close}
      >
        <div className={formStyle["form"]}>
          {isOpen === "setUp" && <SetUpTwoFactors onDone={close} />}
          {isOpen === "turnOff" && <TurnOff onDone={close} />}
          {isOpen === "codes" && <NewCodes onDone={close} />}
        </div>
      </Dialog>
    </Panel>
  )
}

function TurnOff({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("")
  const turnOff = async () => {
    const { path, answer } = signInCommands.endTwoFactors
    await request("DELETE", path, { password }, answer)
    showToast(t("sign.turnedOff"))
    onDone()
  }
  return (
    <AskForm label={t("sign.turnOff")} kind="danger" run={turnOff}>
      <Password label={t("sign.password")} value={password} onValue={setPassword} />
    </AskForm>
  )
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("")
  const [codes, setCodes] = useState<string[]>()
  const renew = async () => {
    const { path, answer } = signInCommands.renewRecoveryCodes
    setCodes((await request("POST", path, { password }, answer)).recoveryCodes)
  }
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />
  return (
    <AskForm label={t("sign.renewCodes")} run={renew}>
      <Password label={t("sign.password")} value={password} onValue={setPassword} />
    </AskForm>
  )
}
