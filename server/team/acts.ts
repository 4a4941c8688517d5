/** What people do to workspaces, teams and each other: one function a command, each in the file of its subject. */
export {
  changeAgent,
  readdress,
  renameSelf,
  resetTwoFactors,
  secondFactors,
  setInbox,
  setNotifications,
  setUndoSend,
} from "./agents.ts"
export { setAvailability, setTeamOff } from "./availability.ts"
export {
  acceptInvitation,
  findInvitation,
  invite,
  listInvitations,
  withdrawInvitation,
} from "./invitations.ts"
export { accessByKey, findKey, listKeys, makeKey, revokeKey } from "./keys.ts"
export { setLanguage } from "./language.ts"
export { findPhoto, removePhoto, setPhoto } from "./photos.ts"
export { changeTeam, makeTeam } from "./teams.ts"
export {
  createWorkspace,
  hasWorkspaces,
  renameWorkspace,
  requireTwoFactors,
  showPreviews,
  workspacesOf,
} from "./workspaces.ts"
export { canMail } from "./mails.ts"
