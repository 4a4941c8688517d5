import type { LinkPreview as Preview } from "../../protocol/rows.ts"
import { apiUrl, useWorkspace } from "../replica/replica.ts"
import style from "./link-preview.module.css"

/** Only text and pixels of ours. Where it leads to stands in it as it is, whatever the page calls itself. */
export function LinkPreview({ entryId, preview }: { entryId: string; preview: Preview | null }) {
  const isWanted = useWorkspace()?.showsPreviews ?? false
  if (preview === null || !isWanted) return null
  const { address, title, description, hasPicture } = preview
  return (
    <a className={style["preview"]} href={address} target="_blank" rel="noopener noreferrer nofollow">
      {hasPicture && (
        <img
          className={style["picture"]}
          src={apiUrl(`/entries/${entryId}/preview-picture`)}
          alt=""
          width={96}
          height={72}
          loading="lazy"
        />
      )}
      <span className={style["words"]}>
        <strong className={style["title"]} dir="auto">
          {title}
        </strong>
        {description !== null && (
          <span className={style["description"]} dir="auto">
            {description}
          </span>
        )}
        <span className={style["host"]}>
          <bdi>{new URL(address).host}</bdi>
        </span>
      </span>
    </a>
  )
}
