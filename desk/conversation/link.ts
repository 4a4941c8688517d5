/**
 * The link that is copied for a colleague: it names the conversation and not an inbox, since he may have it in
 * another, and the workspace, since a person may belong to several.
 */
export function linkTo(conversationId: string, entryId?: string): string {
  const url = new URL(`/conversations/${conversationId}`, location.origin)
  const workspaceId = localStorage.getItem("parley-workspace")
  if (workspaceId !== null) url.searchParams.set("workspace", workspaceId)
  if (entryId !== undefined) url.searchParams.set("entry", entryId)
  return url.href
}
