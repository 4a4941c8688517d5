/**
 * Every setting of Parley, declared once in `settings.ts` with its rule and its prose.
 *
 * Hides how settings are read and checked. The environment is parsed here and nowhere else, once, at
 * start: either all of it is right, or `ConfigProblems` lists everything that is wrong, so that an
 * operator repairs a file once instead of restarting five times. `docs/configuration.md` is written from
 * the same declarations.
 */
export { readConfig, ConfigProblems, type Config } from "./read.ts"
export { settings, describeSettings, type Role } from "./settings.ts"
