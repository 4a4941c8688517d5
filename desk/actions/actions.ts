/**
 * Everything that can be done at the desk, and by which key.
 *
 * One catalogue names each action with its words and its key. Whoever can do one right now offers it while he is
 * mounted; keys, the list of keys and the palette all read the same two, so none of them can know an action that the
 * others do not. What is traded: an action of one line among many, such as that of a single message, is not in it.
 */
export { ACTIONS, keysOf, SECTIONS, type ActionName } from "./catalogue.ts"
export { offered, runAction, useActions, type Choice } from "./offers.ts"
