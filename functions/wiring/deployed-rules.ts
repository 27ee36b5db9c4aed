/** A pack's rules and the layouts of our tables, as they are deployed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../runtime.ts';
import { keptText, keptValue } from '../scorecard/language/pack/kept-rules.ts';
import { readPackFiles } from './deployed-files.ts';

type Rules = Pick<Runtime, 'pack' | 'tables'>;

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
  return { pack: parsePack(packFiles), tables: readTableSchemas(join(root, 'sql', 'tables')) };
}
