/** All that comes from the environment; nothing else reads it. */

/** Colours are left out where the output is no terminal or the user says so. */
export function wantsColour(isTerminal: boolean): boolean {
  return isTerminal && !process.env.NO_COLOR;
}
