/**
 * The page of all customers the agent may see: found, narrowed, ordered, and for admins brought in and taken out as
 * CSV. What it shows are answers of the server, not rows of the replica, which holds open conversations only; so it is
 * as new as its last question, and asks again when it is opened or the network is back.
 */
export { CustomersPage } from "./customers-page.tsx"
