/** A message's text: never HTML. Web addresses become links; everything else is shown as it was written. */
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}]/g

export function Words({ text }: { text: string }) {
  const parts = []
  let from = 0
  for (const match of text.matchAll(ADDRESS)) {
    parts.push(
      text.slice(from, match.index),
      <a href={match[0]} target="_blank" rel="noopener noreferrer nofollow">
        {match[0]}
      </a>,
    )
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return <>{parts}</>
}
