import { useState } from "react"
import type { SourceRow } from "../../protocol/rows.ts"
import { useActions } from "../actions/actions.ts"
import { useSources } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Dialog } from "../ui/ui.ts"
import { NewSource } from "./new-source.tsx"
import { Panel } from "./panel.tsx"
import { SmsSource } from "./sms-source.tsx"
import { WebsiteSource } from "./website-source.tsx"
import style from "./section.module.css"

type Channel = SourceRow["channel"]

export function SourcesSection({ isAdmin }: { isAdmin: boolean }) {
  const sources = [...useSources().values()].toSorted((one, other) => one.name.localeCompare(other.name))
  const [making, setMaking] = useState<Channel>()
  useActions({
    addWebsite: isAdmin && (() => setMaking("web-chat")),
    addSms: isAdmin && (() => setMaking("sms")),
  })
  return (
    <>
      {isAdmin && (
        <div className={style["buttons"]}>
          <Button icon="globe" onClick={() => setMaking("web-chat")}>
            {t("sources.addWebsite")}
          </Button>
          <Button icon="sms" onClick={() => setMaking("sms")}>
            {t("sources.addSms")}
          </Button>
        </div>
      )}
      {sources.length === 0 && <Panel title={t("settings.sources")} what={t("sources.none")} />}
      {sources.map((source) => {
        const { settings } = source
        return settings.channel === "web-chat" ? (
          <WebsiteSource key={source.id} source={source} settings={settings} isAdmin={isAdmin} />
        ) : (
          <SmsSource key={source.id} source={source} settings={settings} isAdmin={isAdmin} />
        )
      })}
      <Dialog
        title={making === "sms" ? t("sources.addSms") : t("sources.addWebsite")}
        closeLabel={t("dismiss")}
        isOpen={making !== undefined}
        onClose={() => setMaking(undefined)}
      >
        {making && <NewSource channel={making} onDone={() => setMaking(undefined)} />}
      </Dialog>
    </>
  )
}
