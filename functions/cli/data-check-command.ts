import { readPackFiles } from '../deployed-files.ts';
import { checkData } from '../local/import-data.ts';
import { parsePack } from '../scorecard/parse.ts';
import { colour, print, printJson, table } from './output.ts';

/** `kenko data check`: what a folder of files gives a pack, before anything is read in. */
export async function dataCheck(
  folder: string,
  options: { pack: string; json?: boolean },
): Promise<void> {
  const pack = parsePack(readPackFiles(options.pack));
  const found = await checkData(folder, pack);
  if (options.json) return printJson(found);
  print(
    table(
      ['table', 'file', 'rows', 'columns', 'mapped', 'missing', 'not used'],
      found.tables.map((t) => [
        t.table,
        t.file,
        t.rows,
        t.columns.found.join(', '),
        t.columns.mapped.map(({ column, from }) => `${column} ← ${from}`).join(', '),
        t.columns.missing.join(', '),
        t.columns.extra.join(', '),
      ]),
    ),
  );
  const accounts = found.tables.find(({ table: name }) => name === 'accounts')?.file;
  for (const { file, rows, strangers } of found.tables) {
    if (!strangers) continue;
    print(
      `\n${colour.yellow(`${strangers.rows} of ${rows} rows in ${file} are of accounts that ${accounts} does not have, such as '${strangers.example}'`)}: they count for nobody.`,
    );
  }
  if (found.missingTables.length > 0) {
    print(`\nTables that are not there: ${found.missingTables.join(', ')}`);
  }
  if (found.missingMeasures.length > 0) {
    print(`\n${colour.yellow('Measures that will be missing')}`);
    print(
      table(
        ['scorecard', 'measure', 'because'],
        found.missingMeasures.map((m) => [m.scorecard, m.measure, m.because]),
      ),
    );
  }
  print(`\nNewest complete day: ${found.newestCompleteDay ?? 'unknown'}`);
}
