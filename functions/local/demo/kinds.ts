/** The packs that have demo customers under contract, by name. */
import { dataPlatform } from './data-platform.ts';
import { type DemoKind, subscription } from './kind.ts';
import { recruiting } from './recruiting.ts';
import { school } from './school.ts';

export const kinds: ReadonlyMap<string, DemoKind> = new Map([
  ['saas', subscription],
  ['monoxer', school],
  ['trocco', dataPlatform],
  ['wantedly', recruiting],
]);
