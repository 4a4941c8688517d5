/** A message's text: never HTML. Light marks are shown as what they mean, web addresses as links. */
import type { ComponentChildren } from "preact"
import { blocksOf, type Block, type Span } from "../protocol/formatting.ts"

export function Words({ text }: { text: string }) {
  return <>{blocksOf(text).map(shown)}</>
}

function shown(block: Block): ComponentChildren {
  if (block.kind === "code") return <pre dir="ltr">{block.text}</pre>
  if ("spans" in block) {
    const Part = block.kind === "quote" ? "blockquote" : "p"
    return <Part>{block.spans.map(said)}</Part>
  }
  const items = block.items.map(({ number, spans }, at) => (
    <li key={at} value={number}>
      {spans.map(said)}
    </li>
  ))
  return block.items[0]?.number === undefined ? <ul>{items}</ul> : <ol>{items}</ol>
}

function said(span: Span): ComponentChildren {
  if ("spans" in span) {
    const Mark = span.kind === "bold" ? "b" : "i"
    return <Mark>{span.spans.map(said)}</Mark>
  }
  if (span.kind === "code") return <code dir="ltr">{span.text}</code>
  if (span.kind === "text") return span.text
  return (
    <a href={span.text} target="_blank" rel="noopener noreferrer nofollow">
      {span.text}
    </a>
  )
}
