import { useId, useState } from "react"
import { fieldNamesAnswer, LONGEST_FIELD, LONGEST_FIELD_NAME, MOST_FIELDS } from "../../protocol/customers.ts"
import { RefusalError, request, useCustomer } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { Button } from "../ui/ui.ts"
import { Editable } from "./editable.tsx"
import type { CustomerActs } from "./use-customer-acts.ts"
import style from "./panel.module.css"

/** What the company wants to know of its customers: any names, with those in use suggested. */
export function Fields({ conversationId, acts }: { conversationId: string; acts: CustomerActs }) {
  const { notes, isKnown } = useCustomer(conversationId)
  const { fields } = notes
  const [isAdding, setAdding] = useState(false)
  return (
    <section className={style["card"]}>
      <h3>{t("customer.fields")}</h3>
      {fields.length > 0 && (
        <dl className={style["facts"]} aria-label={t("customer.fields")}>
          {fields.map(({ name, value }) => (
            <FieldLine
              key={name.toLowerCase()}
              name={name}
              value={value}
              onSave={(typed) => acts.setField({ name, from: value, to: typed === "" ? null : typed })}
            />
          ))}
        </dl>
      )}
      {!isKnown && fields.length === 0 && <p className={style["second"]}>{t("customer.notLoaded")}</p>}
      {isAdding ? (
        <NewField
          onAdd={(name, value) => {
            const known = fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
            acts.setField({ name, from: known?.value ?? null, to: value })
          }}
          onEnd={() => setAdding(false)}
        />
      ) : (
        <Button
          kind="quiet"
          icon="plus"
          disabled={fields.length >= MOST_FIELDS}
          onClick={() => setAdding(true)}
        >
          {t("customer.addField")}
        </Button>
      )}
    </section>
  )
}

function FieldLine({
  name,
  value,
  onSave,
}: {
  name: string
  value: string
  onSave: (typed: string) => void
}) {
  return (
    <>
      <dt>
        <bdi>{name}</bdi>
      </dt>
      <dd>
        <Editable
          label={name}
          edit={t("customer.changeField", { name })}
          value={value}
          most={LONGEST_FIELD}
          onSave={onSave}
        >
          <bdi>{value}</bdi>
        </Editable>
      </dd>
    </>
  )
}

function NewField({ onAdd, onEnd }: { onAdd: (name: string, value: string) => void; onEnd: () => void }) {
  const id = useId()
  const [name, setName] = useState("")
  const [value, setValue] = useState("")
  const [names, setNames] = useState<readonly string[]>()
  const loadNames = () => {
    if (names !== undefined) return
    setNames([])
    request("GET", "/customers/fields", undefined, fieldNamesAnswer).then(
      (answer) => setNames(answer.names),
      (error: unknown) => {
        // Offline there are simply no suggestions; anything else is a bug.
        if (!(error instanceof RefusalError)) throw error
      },
    )
  }
  return (
    <form
      className={style["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        onAdd(name.trim(), value.trim())
        onEnd()
      }}
    >
      <input
        className={style["input"]}
        dir="auto"
        aria-label={t("customer.fieldName")}
        placeholder={t("customer.fieldName")}
        list={id}
        value={name}
        maxLength={LONGEST_FIELD_NAME}
        autoFocus
        required
        pattern=".*\S.*"
        onFocus={loadNames}
        onChange={(event) => setName(event.target.value)}
      />
      <datalist id={id}>
        {names?.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </datalist>
      <input
        className={style["input"]}
        dir="auto"
        aria-label={t("customer.fieldValue")}
        placeholder={t("customer.fieldValue")}
        value={value}
        maxLength={LONGEST_FIELD}
        required
        pattern=".*\S.*"
        onChange={(event) => setValue(event.target.value)}
      />
      <div className={style["buttons"]}>
        <Button kind="primary" type="submit">
          {t("customer.add")}
        </Button>
        <Button kind="quiet" onClick={onEnd}>
          {t("customer.cancel")}
        </Button>
      </div>
    </form>
  )
}
