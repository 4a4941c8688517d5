import { useWaitingCount } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"
import { showToast } from "../ui/ui.ts"
import { signOut } from "./session.ts"

/** Signs out, which erases what the server does not have yet: then it is said first, and done when it is wanted all the same. */
export function useSignOut(): () => void {
  const waiting = useWaitingCount()
  return () => {
    if (waiting === 0) void signOut()
    else
      showToast(t("self.unsent", { count: waiting }), {
        label: t("action.signOut"),
        run: () => void signOut(),
      })
  }
}
