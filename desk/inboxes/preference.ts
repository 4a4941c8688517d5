import type { InboxPreference } from "../../protocol/rows.ts"
import type { InboxKey } from "../../protocol/values.ts"
import { issueWorkspace } from "../replica/replica.ts"
import { refusalWords } from "../texts/texts.ts"
import { showToast } from "../ui/ui.ts"

/** Filter and order are kept by the server, so that every device of the agent shows the same list. */
export function rememberPreference(inbox: InboxKey, preference: InboxPreference) {
  void issueWorkspace("setInbox", { inbox }, { preference }).then((outcome) => {
    if (outcome.kind === "refused") showToast(refusalWords(outcome.refusal))
  })
}
