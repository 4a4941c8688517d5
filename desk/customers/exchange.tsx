import { useState } from "react"
import { useWorkspace } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Dialog, Menu } from "../ui/ui.ts"
import { ImportForm } from "./import-form.tsx"

/** Customers in and out as CSV. */
export function Exchange({ onImported }: { onImported: () => void }) {
  const workspaceId = useWorkspace()?.id
  const [isImporting, setImporting] = useState(false)
  const download = () => {
    const link = document.createElement("a")
    link.href = `/api/v1/customers/export?workspace=${workspaceId}`
    link.download = "customers.csv"
    link.click()
  }
  return (
    <>
      <Menu
        align="end"
        button={<Button icon="more" label={t("customers.exchange")} />}
        lines={[
          { kind: "item", label: t("customers.import"), icon: "plus", onSelect: () => setImporting(true) },
          { kind: "item", label: t("customers.export"), icon: "file", onSelect: download },
        ]}
      />
      <Dialog
        title={t("customers.importTitle")}
        closeLabel={t("dismiss")}
        isOpen={isImporting}
        onClose={() => setImporting(false)}
      >
        <ImportForm
          onDone={() => {
            setImporting(false)
            onImported()
          }}
        />
      </Dialog>
    </>
  )
}
