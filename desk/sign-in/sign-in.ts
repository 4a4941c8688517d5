/**
 * What signing in has in common at the door and in Settings: passkeys as browsers have them, the set-up of a second
 * factor, and forms that ask for the password once more. Hides WebAuthn and how a QR code is drawn.
 */
export { AskForm } from "./ask-form.tsx"
export { canUsePasskeys, makePasskey, showPasskey, Stopped } from "./passkey.ts"
export { RecoveryCodes } from "./recovery-codes.tsx"
export { SetUpTwoFactors } from "./set-up.tsx"
