/**
 * Settings: one's own profile, the team, the sources, the workspace.
 *
 * Reads the same rows as everything else; what it changes comes back through the stream. Only invitations are
 * asked for, since they are no rows. Who may not change something sees it without the means to.
 */
export { SettingsPage } from "./settings-page.tsx"
