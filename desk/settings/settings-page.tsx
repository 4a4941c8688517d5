import { Link, useParams } from "@tanstack/react-router"
import type { ComponentType, ReactNode } from "react"
import { SECTIONS } from "../actions/actions.ts"
import { useSelf } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { KeysSection } from "./keys-section.tsx"
import { LabelsSection } from "./labels-section.tsx"
import { NotificationsSection } from "./notifications-section.tsx"
import { ProfileSection } from "./profile-section.tsx"
import { RepliesSection } from "./replies-section.tsx"
import { SignInSection } from "./sign-in-section.tsx"
import { SourcesSection } from "./sources-section.tsx"
import { TeamSection } from "./team-section.tsx"
import { WebhooksSection } from "./webhooks-section.tsx"
import { WorkspaceSection } from "./workspace-section.tsx"
import style from "./settings-page.module.css"

type Section = (typeof SECTIONS)[number]

const PAGES: Record<Section, ComponentType<{ isAdmin: boolean }>> = {
  profile: ProfileSection,
  "sign-in": SignInSection,
  notifications: NotificationsSection,
  team: TeamSection,
  sources: SourcesSection,
  labels: LabelsSection,
  replies: RepliesSection,
  keys: KeysSection,
  webhooks: WebhooksSection,
  workspace: WorkspaceSection,
}

/** What others may only look at. */
const OF_ADMINS = new Set<Section>(["team", "sources", "workspace"])

/** On a phone the sections are a row that is longer than the screen. */
function bringIntoSight(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: "nearest", inline: "nearest" })
}

/** `corner` stands beside the sections: what has no other place on a phone. */
export function SettingsPage({ corner }: { corner: ReactNode }) {
  const named = useParams({ from: "/settings/$section" }).section
  const section = SECTIONS.find((known) => known === named) ?? "profile"
  const isAdmin = useSelf()?.reader.isAdmin ?? false
  const Page = PAGES[section]
  return (
    <div className={style["page"]}>
      <nav className={style["nav"]} aria-label={t("settings.title")}>
        <h2>{t("settings.title")}</h2>
        <ul>
          {SECTIONS.map((key) => (
            <li key={key}>
              <Link
                to="/settings/$section"
                params={{ section: key }}
                className={style["link"]}
                aria-current={key === section ? "page" : undefined}
                ref={key === section ? bringIntoSight : undefined}
              >
                {t(`settings.${key}`)}
              </Link>
            </li>
          ))}
        </ul>
        {corner}
      </nav>
      <div className={style["body"]}>
        <div className={style["column"]}>
          <h1>{t(`settings.${section}`)}</h1>
          {!isAdmin && OF_ADMINS.has(section) && <p className={style["hint"]}>{t("settings.adminsOnly")}</p>}
          <Page isAdmin={isAdmin} />
        </div>
      </div>
    </div>
  )
}
