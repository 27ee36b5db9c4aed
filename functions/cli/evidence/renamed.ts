import { note } from '../output.ts';

/** The action of a command by its old name, which says the new one. */
export function renamed<A extends unknown[]>(
  now: string,
  action: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return (...args) => {
    note(`This is now: kenko ${now}`);
    return action(...args);
  };
}
