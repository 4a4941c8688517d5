import { useState } from "react"
import { issueWorkspace, useWorkspace } from "../replica/replica.ts"
import { tFurther as t } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { saved } from "./act.ts"
import { Panel } from "./panel.tsx"
import style from "./section.module.css"

export function WorkspaceSection({ isAdmin }: { isAdmin: boolean }) {
  const workspace = useWorkspace()
  const [name, setName] = useState(workspace?.name ?? "")
  return (
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
  )
}
