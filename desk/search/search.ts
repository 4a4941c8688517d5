/**
 * What the search box found: customers, labels and messages in their context, page after page.
 *
 * Hides when the server is asked and which answer still counts. What is found is an answer and no row of the replica: it
 * is asked for anew when the page is opened again. Traded: without the network there is no search.
 */
export { SearchPage } from "./search-page.tsx"
