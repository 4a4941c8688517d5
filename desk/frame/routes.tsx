import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  redirect,
  useNavigate,
} from "@tanstack/react-router"
import { z } from "zod"
import { channel, inboxKey } from "../../protocol/values.ts"
import { InboxPage, LinkedPage } from "../inboxes/inboxes.ts"
import { withTexts } from "../texts/texts.ts"
import { useLanguage, useWidth } from "../ui/ui.ts"
import { insist } from "../offline/offline.ts"
import { Root } from "./root.tsx"
import { SelfMenu } from "./self-menu.tsx"

const root = createRootRoute({
  component: Root,
  notFoundComponent: () => <Navigate to="/inbox/$inbox" params={{ inbox: "me" }} replace />,
})

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox/$inbox", params: { inbox: "me" }, replace: true })
  },
})

/** Unknown inboxes of an old or mistyped address are Me. */
function inboxOf(text: string) {
  const parsed = inboxKey.safeParse(text)
  return parsed.success ? parsed.data : "me"
}

const inbox = createRoute({
  getParentRoute: () => root,
  path: "/inbox/$inbox",
  component: function Inbox() {
    useLanguage()
    const { inbox: key } = inbox.useParams()
    const { conversationId } = conversation.useParams({ shouldThrow: false }) ?? {}
    return <InboxPage inbox={inboxOf(key)} conversationId={conversationId} />
  },
})

/** Inside the inbox's route, so that opening a conversation keeps the list, its scroll and its focus. */
const conversation = createRoute({ getParentRoute: () => inbox, path: "$conversationId" })

/** What looks like a number or an object in the address is one by then. */
function typedOf(q: unknown): string {
  return typeof q === "string" ? q : (JSON.stringify(q) ?? "")
}

/** What "Copy link" copies: valid for whoever may see the conversation, whichever inbox he has it in. */
const linked = createRoute({
  getParentRoute: () => root,
  path: "/conversations/$conversationId",
  // `q`: the search that it was found by, and goes back to.
  validateSearch: ({ entry, q }: Record<string, unknown>): { entry?: string; q?: string } => ({
    ...(typeof entry === "string" && { entry }),
    ...(q !== undefined && { q: typedOf(q) }),
  }),
  component: function Linked() {
    useLanguage()
    const { conversationId } = linked.useParams()
    const { entry, q } = linked.useSearch()
    const navigate = useNavigate()
    const toSearch = () => void navigate({ to: "/search", search: { q: q ?? "" }, replace: true })
    return (
      <LinkedPage
        conversationId={conversationId}
        entryId={entry}
        onBack={q === undefined ? undefined : toSearch}
      />
    )
  },
})

const SearchPage = lazyRouteComponent(
  () => insist(() => withTexts("search", import("../search/search.ts"))),
  "SearchPage",
)
const search = createRoute({
  getParentRoute: () => root,
  path: "/search",
  validateSearch: ({ q }: Record<string, unknown>): { q: string } => ({
    q: typedOf(q),
  }),
  component: function Search() {
    useLanguage()
    const { q } = search.useSearch()
    return <SearchPage q={q} />
  },
})

const CustomersPage = lazyRouteComponent(
  () => insist(() => withTexts("customers", import("../customers/customers.ts"))),
  "CustomersPage",
)
const customersSearch = z.object({
  find: z.string().optional().catch(undefined),
  sort: z.literal("name").optional().catch(undefined),
  show: z.enum(["open", "closed", "blocked"]).optional().catch(undefined),
  channel: channel.optional().catch(undefined),
})
const customers = createRoute({
  getParentRoute: () => root,
  path: "/customers",
  validateSearch: customersSearch,
  component: function Customers() {
    useLanguage()
    const isPhone = useWidth() === "phone"
    return <CustomersPage corner={isPhone && <SelfMenu side="bottom" />} />
  },
})

const SettingsPage = lazyRouteComponent(
  () => insist(() => withTexts("signIn", withTexts("settings", import("../settings/settings.ts")))),
  "SettingsPage",
)
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings/$section",
  component: function Settings() {
    useLanguage()
    const isPhone = useWidth() === "phone"
    return <SettingsPage corner={isPhone && <SelfMenu side="bottom" />} />
  },
})

const account = () => insist(() => withTexts("signIn", withTexts("account", import("./account/account.ts"))))
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation/$token",
  component: lazyRouteComponent(account, "AcceptInvitation"),
})
const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(account, "ForgotPassword"),
})
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password/$token",
  component: lazyRouteComponent(account, "ResetPassword"),
})

const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email/$token",
  component: lazyRouteComponent(account, "ConfirmEmail"),
})

export const router = createRouter({
  routeTree: root.addChildren([
    start,
    inbox.addChildren([conversation]),
    linked,
    customers,
    search,
    settings,
    invitation,
    forgotPassword,
    resetPassword,
    confirmEmail,
  ]),
  defaultPreload: false,
  pathParamsAllowedCharacters: [":"],
})

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router
  }
}
