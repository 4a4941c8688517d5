import { useEffect, useRef, useState } from "react"
import { importAnswer, type ImportAnswer } from "../../protocol/customers.ts"
import { CsvProblem } from "../../protocol/csv.ts"
import { RefusalError, request, useSources } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { Button, Field, showToast } from "../ui/ui.ts"
import { readFile, type Columns } from "./read-file.ts"
import style from "./import-form.module.css"

/** Problems that are shown; nobody reads more before he looks into the file. */
const MOST_PROBLEMS = 50

type Outcome = Omit<ImportAnswer, "problems"> & {
  problems: ImportAnswer["problems"]
  /** Of all lines, also of those that are not among `problems`. */
  problemCount: number
  columns: Columns | undefined
}
type Run =
  | { kind: "none" }
  | { kind: "running"; isPreview: boolean; share: number }
  | { kind: "previewed"; outcome: Outcome }
  | { kind: "failed"; words: string }

/** Reads the file twice: once to say what would happen, and once to do it. It is sent in parts, as it is read. */
export function ImportForm({ onDone }: { onDone: () => void }) {
  const numbers = [...useSources().values()].filter(({ channel }) => channel === "sms")
  const [sourceId, setSourceId] = useState(numbers[0]?.id ?? "")
  const [file, setFile] = useState<File>()
  const [state, setState] = useState<Run>({ kind: "none" })
  const current = useRef(0)
  useEffect(() => () => void (current.current += 1), [])

  const go = async (chosen: File, source: string, isPreview: boolean) => {
    current.current += 1
    const mine = current.current
    const isCurrent = () => mine === current.current
    setState({ kind: "running", isPreview, share: 0 })
    try {
      const outcome = await send(chosen, {
        sourceId: source === "" ? null : source,
        isPreview,
        isCurrent,
        onShare: (share) => setState({ kind: "running", isPreview, share }),
      })
      if (!isCurrent()) return
      if (isPreview) return setState({ kind: "previewed", outcome })
      showToast(t("customers.imported", { made: outcome.made, changed: outcome.changed }))
      onDone()
    } catch (error) {
      if (isCurrent()) setState({ kind: "failed", words: wordsOf(error) })
    }
  }
  return (
    <form
      className={style["form"]}
      onSubmit={(event) => {
        event.preventDefault()
        if (file) void go(file, sourceId, false)
      }}
    >
      <p>{t("customers.importHelp")}</p>
      <Field
        label={t("customers.number")}
        hint={t("customers.numberHint")}
        value={sourceId}
        onValue={(value) => {
          setSourceId(value)
          if (file) void go(file, value, true)
        }}
        choices={[
          ...numbers.map(({ id, name }) => ({ value: id, label: name })),
          { value: "", label: t("customers.noNumber") },
        ]}
      />
      <label className={style["file"]}>
        {t("customers.file")}
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={(event) => {
            const chosen = event.target.files?.[0]
            setFile(chosen)
            if (chosen) void go(chosen, sourceId, true)
          }}
        />
      </label>
      <div role="status" className={style["state"]}>
        {state.kind === "running" && (
          <>
            {state.isPreview ? t("customers.reading") : t("customers.importing")}{" "}
            <progress value={state.share} aria-label={t("customers.progress")} />
          </>
        )}
        {state.kind === "failed" && <p className={style["bad"]}>{state.words}</p>}
        {state.kind === "previewed" && <Preview outcome={state.outcome} />}
      </div>
      <div>
        <Button
          kind="primary"
          type="submit"
          disabled={state.kind !== "previewed" || state.outcome.made + state.outcome.changed === 0}
        >
          {t("customers.importNow")}
        </Button>
      </div>
    </form>
  )
}

async function send(
  file: File,
  o: {
    sourceId: string | null
    isPreview: boolean
    isCurrent: () => boolean
    onShare: (share: number) => void
  },
): Promise<Outcome> {
  const { sourceId, isPreview } = o
  const all: Outcome = { made: 0, changed: 0, same: 0, problems: [], problemCount: 0, columns: undefined }
  for await (const part of readFile(file)) {
    if (part === undefined) throw new NoColumn()
    if (!o.isCurrent()) return all
    const body = { sourceId, isPreview, rows: part.rows }
    const { made, changed, same, problems } = await request("POST", "/customers/import", body, importAnswer)
    all.columns = part.columns
    all.made += made
    all.changed += changed
    all.same += same
    all.problemCount += problems.length
    all.problems = [...all.problems, ...problems].slice(0, MOST_PROBLEMS)
    o.onShare(part.read / file.size)
  }
  return all
}

/** No heading of the file says who is meant. */
class NoColumn extends Error {}

function wordsOf(error: unknown): string {
  if (error instanceof CsvProblem) return t(`customers.csv.${error.kind}`)
  if (error instanceof NoColumn) return t("customers.csv.noColumn")
  if (error instanceof RefusalError) return t("customers.csv.stopped", { reason: refusalWords(error.body) })
  throw error
}

function Preview({ outcome }: { outcome: Outcome }) {
  const { made, changed, same, problems, problemCount, columns } = outcome
  const fields = columns?.fields.map(({ name }) => name) ?? []
  return (
    <>
      <p>
        <strong>{t("customers.preview", { made, changed, same })}</strong>
      </p>
      {fields.length > 0 && <p>{t("customers.asFields", { names: fields.join(", ") })}</p>}
      {fields.some((name) => /^e-?mail/i.test(name)) && <p>{t("customers.noMail")}</p>}
      {problemCount > 0 && (
        <>
          <p className={style["bad"]}>{t("customers.problems", { count: problemCount })}</p>
          <ul className={style["problems"]} tabIndex={0} aria-label={t("customers.problemList")}>
            {problems.map(({ line, problem }) => (
              <li key={line}>{t("customers.line", { line, problem: t(`customers.problem.${problem}`) })}</li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
