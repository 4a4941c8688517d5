import type { Outcome } from "../replica/replica.ts"
import { refusalWords, tFurther as t } from "../texts/texts.ts"
import { showToast } from "../ui/ui.ts"

/** Says that a setting was saved, or why not; whether it was. */
export async function saved(
  asked: Promise<Outcome<object>>,
  words: string = t("settings.saved"),
): Promise<boolean> {
  const outcome = await asked
  showToast(outcome.kind === "done" ? words : refusalWords(outcome.refusal))
  return outcome.kind === "done"
}
