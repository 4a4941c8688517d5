import { useState } from "react"
import { issueWorkspace, useSelf, useWorkspace } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel, Toggle } from "./panel.tsx"
import style from "./section.module.css"

export function WorkspaceSection({ isAdmin }: { isAdmin: boolean }) {
  const workspace = useWorkspace()
  const isOwner = useSelf()?.agent.role === "owner"
  const [name, setName] = useState(workspace?.name ?? "")
  return (
    <>
      <Panel title={workspace?.name ?? ""} what={t("workspace.nameHint")}>
        <form
          className={style["inline"]}
          onSubmit={(event) => {
            event.preventDefault()
            void saved(issueWorkspace("renameWorkspace", {}, { name }))
          }}
        >
          <Field label={t("workspace.name")} value={name} onValue={setName} required disabled={!isAdmin} />
          <Button
            type="submit"
            kind="primary"
            disabled={!isAdmin || name.trim() === "" || name === workspace?.name}
          >
            {t("settings.save")}
          </Button>
        </form>
      </Panel>
      <Panel title={t("workspace.previews")}>
        <Toggle
          label={t("workspace.showsPreviews")}
          hint={t("workspace.showsPreviewsHint")}
          isOn={workspace?.showsPreviews ?? false}
          isDisabled={!isAdmin}
          onChange={(isOn) => void saved(issueWorkspace("showPreviews", {}, { isOn }))}
        />
      </Panel>
      <Panel title={t("workspace.twoFactors")}>
        <Toggle
          label={t("workspace.needsTwoFactors")}
          hint={t("workspace.needsTwoFactorsHint")}
          isOn={workspace?.needsTwoFactors ?? false}
          isDisabled={!isOwner}
          onChange={(isOn) => void saved(issueWorkspace("requireTwoFactors", {}, { isOn }))}
        />
      </Panel>
    </>
  )
}
