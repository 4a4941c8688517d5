import { desk } from "./desk.ts"

/** What a language is made of: the words that are there from the start, and those of pages that come later. */
export const catalogue = {
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
