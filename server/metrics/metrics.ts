/**
 * Figures of this process for Prometheus: what `/metrics` answers.
 *
 * Hides prom-client and the format. Every figure is declared once in `figures.ts`, with its labels and its prose;
 * whoever does the work counts it by that name, and a value that would make labels endless (an id, an address, a
 * text) has no label to go into. What the database knows better is read when somebody asks, not kept.
 *
 * Trades: without PARLEY_METRICS_TOKEN nothing is counted at all, so figures begin with the process that has it.
 */
export { createMetrics, type Metrics } from "./register.ts"
