import { Fragment, type ReactNode } from "react"
import { blocksOf, linksOf, type Block, type Span } from "../../protocol/formatting.ts"
import style from "./formatted-text.module.css"

type Props = {
  text: string
  /** Of a channel that has no formatting: web addresses can be clicked, everything else is as it was typed. */
  isPlain?: boolean
  /** How a stretch of bare text is shown. */
  shown?: (text: string) => ReactNode
}

/** Never HTML: what a stranger sends must not run. */
export function FormattedText({ text, isPlain = false, shown = (plain) => plain }: Props) {
  if (isPlain) return <Spans spans={linksOf(text)} shown={shown} />
  return blocksOf(text).map((block, at) => <ShownBlock key={at} block={block} shown={shown} />)
}

function ShownBlock({ block, shown }: { block: Block; shown: (text: string) => ReactNode }) {
  switch (block.kind) {
    case "text":
      return (
        <p>
          <Spans spans={block.spans} shown={shown} />
        </p>
      )
    case "quote":
      return (
        <blockquote className={style["quote"]} dir="auto">
          <Spans spans={block.spans} shown={shown} />
        </blockquote>
      )
    case "code":
      return (
        <pre className={style["block"]} dir="ltr">
          {block.text}
        </pre>
      )
    case "list": {
      const items = block.items.map(({ number, spans }, at) => (
        <li key={at} value={number}>
          <Spans spans={spans} shown={shown} />
        </li>
      ))
      const isNumbered = block.items[0]?.number !== undefined
      return isNumbered ? (
        <ol className={style["list"]}>{items}</ol>
      ) : (
        <ul className={style["list"]}>{items}</ul>
      )
    }
  }
}

function Spans({ spans, shown }: { spans: readonly Span[]; shown: (text: string) => ReactNode }) {
  return spans.map((span, at) => {
    if ("spans" in span) {
      const Mark = span.kind === "bold" ? "strong" : "em"
      return (
        <Mark key={at}>
          <Spans spans={span.spans} shown={shown} />
        </Mark>
      )
    }
    if (span.kind === "code")
      return (
        <code key={at} className={style["code"]} dir="ltr">
          {span.text}
        </code>
      )
    if (span.kind === "text") return <Fragment key={at}>{shown(span.text)}</Fragment>
    return (
      <a key={at} href={span.text} target="_blank" rel="noopener noreferrer nofollow">
        {span.text}
      </a>
    )
  })
}
