import type { Speaks } from "../translation.ts"
import { desk } from "./desk.ts"

const words = {
  desk,
  later: {
    account: () => import("./account.ts"),
    actions: () => import("./actions.ts"),
    conversation: () => import("./conversation.ts"),
    customers: () => import("./customers.ts"),
    refusals: () => import("./refusals.ts"),
    search: () => import("./search.ts"),
    settings: () => import("./settings.ts"),
    signIn: () => import("./sign-in.ts"),
  },
}

export const catalogue: Speaks<"fr", typeof words> = words
