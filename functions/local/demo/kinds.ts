/** The packs that have demo customers under contract, by name. */
import { type DemoKind, subscription } from './kind.ts';
import { school } from './school.ts';

export const kinds: ReadonlyMap<string, DemoKind> = new Map([
  ['saas', subscription],
  ['monoxer', school],
]);
