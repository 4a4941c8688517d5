import { Link } from "@tanstack/react-router"
import { useEffect, useState } from "react"
import type { SessionAnswer } from "../../../protocol/commands.ts"
import { signInCommands } from "../../../protocol/sign-in.ts"
import { RefusalError, request } from "../../replica/replica.ts"
import { canUsePasskeys, showPasskey, Stopped } from "../../sign-in/sign-in.ts"
import { refusalWords, t } from "../../texts/texts.ts"
import { Button, Field, showToast } from "../../ui/ui.ts"
import { askSession } from "../session.ts"
import { Card } from "./card.tsx"
import { EnterCode } from "./enter-code.tsx"
import { FirstStart } from "./first-start.tsx"

export function SignIn({ session }: { session: SessionAnswer }) {
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")
  const [isNew, setNew] = useState(false)
  const [needsCode, setNeedsCode] = useState(false)
  const hasPasskeys = session.canPasskey && canUsePasskeys()
  const isOwnPage = !isNew && !needsCode
  usePasskeysInField(hasPasskeys && isOwnPage)
  if (isNew) return <FirstStart session={session} />
  if (needsCode) return <EnterCode onOver={() => setNeedsCode(false)} />

  const signIn = async () => {
    const { path, answer } = signInCommands.signIn
    const { needsCode: isAsked } = await request("POST", path, { email, password }, answer)
    setPassword("")
    if (isAsked) setNeedsCode(true)
    else await askSession()
  }
  return (
    <Card
      title={t("signIn.title")}
      action={{ label: t("signIn.button"), run: signIn }}
      foot={
        <>
          <Link to="/forgot-password">{t("signIn.forgotten")}</Link>
          {session.signupOpen && (
            <>
              {" · "}
              <button type="button" onClick={() => setNew(true)}>
                {t("signIn.newWorkspace")}
              </button>
            </>
          )}
        </>
      }
    >
      <Field
        label={t("field.email")}
        type="email"
        value={email}
        onValue={setEmail}
        autoComplete={hasPasskeys ? "username webauthn" : "username"}
        required
        autoFocus
      />
      <Field
        label={t("field.password")}
        type="password"
        value={password}
        onValue={setPassword}
        autoComplete="current-password"
        required
      />
      {hasPasskeys && <Button onClick={() => void enter()}>{t("passkey.signIn")}</Button>}
    </Card>
  )
}

async function enter(o: { signal?: AbortSignal; inField?: boolean } = {}): Promise<void> {
  try {
    await showPasskey(o)
    await askSession()
  } catch (error) {
    if (error instanceof RefusalError) showToast(refusalWords(error.body))
    else if (!(error instanceof Stopped)) throw error
    else if (!o.inField) showToast(t("passkey.stopped"))
  }
}

/** Browsers that can offer passkeys where the e-mail address is typed do. */
function usePasskeysInField(isWanted: boolean) {
  useEffect(() => {
    if (!isWanted) return
    const asking = new AbortController()
    const begin = async () => {
      const isPossible = await PublicKeyCredential.isConditionalMediationAvailable?.()
      if (isPossible && !asking.signal.aborted) await enter({ signal: asking.signal, inField: true })
    }
    void begin()
    return () => asking.abort()
  }, [isWanted])
}
