const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g

/** Text as it is, with web addresses to click. Only http and https: what a stranger sends must not run. */
export function LinkedText({ text }: { text: string }) {
  const parts = []
  let from = 0
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(from, match.index))
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noopener noreferrer nofollow">
        {match[0]}
      </a>,
    )
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return <>{parts}</>
}
