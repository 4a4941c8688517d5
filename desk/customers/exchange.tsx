import { useState } from "react"
import { useActions } from "../actions/actions.ts"
import { apiUrl } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button, Dialog, Menu } from "../ui/ui.ts"
import { ImportForm } from "./import-form.tsx"

/** Customers in and out as CSV. */
export function Exchange({ onImported }: { onImported: () => void }) {
  const [isImporting, setImporting] = useState(false)
  const download = () => {
    const link = document.createElement("a")
    link.href = apiUrl("/customers/export")
    link.download = "customers.csv"
    link.click()
  }
  const open = () => setImporting(true)
  useActions({ importCustomers: open, exportCustomers: download })
  return (
    <>
      <Menu
        align="end"
        button={<Button icon="more" label={t("customers.exchange")} />}
        lines={[
          { kind: "item", label: t("customers.import"), icon: "plus", onSelect: open },
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
