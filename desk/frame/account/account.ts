/**
 * The pages before there is an agent: first start, signing in, forgotten passwords, invitations.
 * They ask the server themselves, since there is no replica yet.
 */
export { AcceptInvitation } from "./accept-invitation.tsx"
export { FirstStart } from "./first-start.tsx"
export { ForgotPassword, ResetPassword } from "./password.tsx"
export { ConfirmEmail } from "./confirm-email.tsx"
export { NeedsTwoFactors } from "./needs-two-factors.tsx"
export { SignIn } from "./sign-in.tsx"
