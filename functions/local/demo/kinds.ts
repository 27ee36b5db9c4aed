/** The packs that have demo customers under contract, by name. */
import { dataPlatform } from './data-platform.ts';
import { fileSharing } from './file-sharing.ts';
import { type DemoKind, subscription } from './kind.ts';
import { personnel } from './personnel.ts';
import { recruiting } from './recruiting.ts';
import { school } from './school.ts';
import { webExperience } from './web-experience.ts';

export const kinds: ReadonlyMap<string, DemoKind> = new Map([
  ['saas', subscription],
  ['monoxer', school],
  ['dropbox', fileSharing],
  ['plaid', webExperience],
  ['smarthr', personnel],
  ['trocco', dataPlatform],
  ['wantedly', recruiting],
]);
