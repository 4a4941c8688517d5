import { useState } from "react"
import type { WorkingHours } from "../../protocol/hours.ts"
import { wholeDateWords, tFurther as t, weekdayWords } from "../texts/texts.ts"
import { Button, Field } from "../ui/ui.ts"
import { Toggle } from "./panel.tsx"
import style from "./hours-form.module.css"

type Span = WorkingHours["days"][number][number]

const OFFICE: readonly Span[] = [{ from: "09:00", to: "17:00" }]

/** Monday to Friday in the place of whoever switches them on. */
function newHours(): WorkingHours {
  return {
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    days: Array.from({ length: 7 }, (_, day) => (day < 5 ? [...OFFICE] : [])),
    holidays: [],
  }
}

export function HoursForm({
  hours,
  onChange,
}: {
  hours: WorkingHours | null
  onChange: (hours: WorkingHours | null) => void
}) {
  const [last, setLast] = useState(hours)
  const toggle = (isOn: boolean) => {
    setLast(hours)
    onChange(isOn ? (last ?? newHours()) : null)
  }
  return (
    <>
      <Toggle label={t("hours.title")} hint={t("hours.hint")} isOn={hours !== null} onChange={toggle} />
      {hours && (
        <>
          <Field
            label={t("hours.timeZone")}
            value={hours.timeZone}
            onValue={(timeZone) => onChange({ ...hours, timeZone })}
            choices={zonesWith(hours.timeZone).map((value) => ({ value, label: value.replaceAll("_", " ") }))}
          />
          <div className={style["week"]}>
            {hours.days.map((spans, day) => (
              <Day
                // The seven days never change places.
                key={weekdayWords(day)}
                name={weekdayWords(day)}
                spans={spans}
                onChange={(changed) => onChange({ ...hours, days: hours.days.with(day, changed) })}
              />
            ))}
          </div>
          <Holidays holidays={hours.holidays} onChange={(holidays) => onChange({ ...hours, holidays })} />
        </>
      )}
    </>
  )
}

/** Names that this browser does not offer itself (UTC, older ones) stay what they are. */
function zonesWith(chosen: string): string[] {
  return [...new Set([chosen, "UTC", ...Intl.supportedValuesOf("timeZone")])].toSorted()
}

function Day({
  name,
  spans,
  onChange,
}: {
  name: string
  spans: readonly Span[]
  onChange: (spans: Span[]) => void
}) {
  const last = spans.at(-1)
  const next: Span = last === undefined ? { from: "09:00", to: "17:00" } : { from: last.to, to: "24:00" }
  const set = (place: number, part: Partial<Span>) =>
    onChange(spans.map((span, each) => (each === place ? { ...span, ...part } : span)))
  return (
    <div className={style["day"]} role="group" aria-label={name}>
      <span>{name}</span>
      <div className={style["spans"]}>
        {spans.length === 0 && <span className={style["free"]}>{t("hours.free")}</span>}
        {spans.map((span, place) => (
          // They have no other name than their place.
          <span key={place} className={style["span"]}>
            <Clock
              label={t("hours.from", { day: name })}
              value={span.from}
              onValue={(from) => set(place, { from })}
            />
            –
            <Clock
              isEnd
              label={t("hours.to", { day: name })}
              value={span.to}
              onValue={(to) => set(place, { to })}
            />
            <Button
              icon="close"
              label={t("hours.remove", { day: name })}
              onClick={() => onChange(spans.filter((_, each) => each !== place))}
            />
          </span>
        ))}
      </div>
      {spans.length < 6 && last?.to !== "24:00" && (
        <Button
          icon="plus"
          label={t("hours.add", { day: name })}
          onClick={() => onChange([...spans, next])}
        />
      )}
    </div>
  )
}

/** A day's end is 24:00, which the browser's field shows and gives as 00:00. */
function Clock({
  label,
  value,
  isEnd = false,
  onValue,
}: {
  label: string
  value: string
  isEnd?: boolean
  onValue: (value: string) => void
}) {
  return (
    <input
      type="time"
      required
      aria-label={label}
      className={style["clock"]}
      value={value === "24:00" ? "00:00" : value}
      onChange={({ target }) => onValue(isEnd && target.value === "00:00" ? "24:00" : target.value)}
    />
  )
}

function Holidays({
  holidays,
  onChange,
}: {
  holidays: readonly string[]
  onChange: (holidays: string[]) => void
}) {
  const [date, setDate] = useState("")
  const add = () => {
    onChange([...new Set([...holidays, date])].toSorted())
    setDate("")
  }
  return (
    <div>
      <div className={style["holiday"]}>
        <Field label={t("hours.holiday")} type="date" value={date} onValue={setDate} />
        <Button disabled={date === ""} onClick={add}>
          {t("hours.addHoliday")}
        </Button>
      </div>
      <ul className={style["holidays"]} aria-label={t("hours.holidays")}>
        {holidays.map((each) => (
          <li key={each}>
            {wholeDateWords(each)}
            <Button
              icon="close"
              label={t("hours.removeHoliday", { date: wholeDateWords(each) })}
              onClick={() => onChange(holidays.filter((other) => other !== each))}
            />
          </li>
        ))}
      </ul>
    </div>
  )
}
