/** A pack's rules and the layouts of our tables, as they are deployed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../runtime.ts';
import { keptText, keptValue } from '../scorecard/language/pack/kept-rules.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { readCandidateFiles, readPackFiles } from './deployed-files.ts';

type Rules = Pick<Runtime, 'pack' | 'candidate' | 'tables'>;

const pathOf = (pack: string): string => `kept/${pack}.json`;

/**
 * Reads what a bundle keeps, else the files themselves.
 * @throws Rejected `not-found` naming the packs there are; RulesError where they are wrong
 */
export async function readRules(
  pack: string,
  root: string,
): Promise<Rules & Pick<Runtime, 'packFiles'>> {
  const packFiles = readPackFiles(pack, { root });
  const kept = join(root, pathOf(pack));
  const rules = existsSync(kept)
    ? (keptValue(readFileSync(kept, 'utf8')) as Rules)
    : await parsedRules(packFiles, root);
  return { ...rules, packFiles };
}

/** The rules of a pack as a bundle keeps them: its path in there, and the text. */
export async function keptRules(
  pack: string,
  root: string,
): Promise<{ path: string; text: string; hash: string }> {
  const rules = await parsedRules(readPackFiles(pack, { root }), root);
  return { path: pathOf(pack), text: keptText(rules), hash: rules.pack.hash };
}

async function parsedRules(packFiles: ReadonlyMap<string, string>, root: string): Promise<Rules> {
  const [{ parsePack }, { readTableSchemas }] = await Promise.all([
    import('../scorecard/language/parse/pack.ts'),
    import('../inputs/table-schemas.ts'),
  ]);
  const pack = parsePack(packFiles);
  const candidate = await readCandidate(pack, { root });
  return {
    pack,
    ...(candidate ? { candidate } : {}),
    tables: readTableSchemas(join(root, 'sql', 'tables')),
  };
}

/**
 * The version that waits beside a pack's rules; undefined where there is none.
 * @throws RulesError where it is wrong, or cannot be scored on the same inputs
 */
export async function readCandidate(
  live: Pack,
  place: Parameters<typeof readCandidateFiles>[1] = {},
): Promise<Pack | undefined> {
  const found = readCandidateFiles(live.id, place);
  if (!found) return undefined;
  const { parseCandidate } = await import('../scorecard/language/candidate.ts');
  return parseCandidate(live, found.files, found.own);
}
