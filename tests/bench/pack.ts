/** The pack of the bench, read from its files as any pack is. */
import { fileURLToPath } from 'node:url';
import { type CompiledPack, compilePack } from '../../functions/scorecard/engine/compile.ts';
import { type Pack, parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { engineHash, readPackFiles } from '../../functions/wiring/deployed-files.ts';

/** Layout as in the repository: `rules/bench`, `sql/metrics/bench`, `sql/sources`. */
const root = fileURLToPath(new URL('.', import.meta.url));

export const packFiles: ReadonlyMap<string, string> = readPackFiles('bench', { root });
export const pack: Pack = parsePack(packFiles);
export const engine = engineHash();

/** Local day of the first run; nothing is before it. */
export const firstDate = '2026-03-01';
/** Day of the run that compares with it. */
export const secondDate = '2026-03-02';

/** The age of every metric group: all are there, and fresh. */
export const groupAges: Record<string, number> = Object.fromEntries(
  pack.groups.map(({ group }) => [group, 0]),
);

/** The pack compiled for a first run. */
export function compiledPack(): CompiledPack {
  return compilePack(pack, {
    layouts: new Map(),
    groupAgeDays: new Map(Object.entries(groupAges)),
    engineHash: engine,
    date: firstDate,
  });
}
