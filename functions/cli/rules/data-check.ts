import type { Command } from '@commander-js/extra-typings';
import { type CheckedTable, checkData } from '../../own-data/check.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { colour, print, printJson, table } from '../output.ts';

/** `kenko data check`: what a folder of files gives a pack, before anything is read in. */
export function addData(kenko: Command): void {
  kenko
    .command('data')
    .description('your own data')
    .command('check')
    .description('tables and columns found, missing and mapped, and which measures lack data')
    .argument('<folder>')
    .option('--pack <name>', 'pack to check against', 'saas')
    .option('--json', 'print one JSON value instead of text')
    .action(check);
}

async function check(
  folder: string,
  options: { pack: string; json?: boolean | undefined },
): Promise<void> {
  const pack = parsePack(readPackFiles(options.pack));
  const found = await checkData(folder, pack);
  if (options.json) return printJson(found);
  print(found.tables.map(tableText).join('\n\n'));
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
  for (const said of found.notes) print(`\n${colour.yellow(said)}`);
  print(`\nNewest complete day: ${found.newestCompleteDay ?? 'unknown'}`);
}

/** Names of columns under each other rather than side by side: a sheet may have a hundred. */
function tableText({ table: name, file, rows, columns }: CheckedTable): string {
  const mapped = columns.mapped.map(({ column, from }) => `${column} ← ${from}`);
  const lines: [string, readonly string[]][] = [
    ['found', columns.found],
    ['mapped', mapped],
    ['missing', columns.missing],
    ['not used', columns.extra],
  ];
  const shown = lines.filter(([, names]) => names.length > 0);
  return [
    `${colour.bold(name)}: ${file}, ${rows} rows`,
    ...shown.map(([what, names]) => `  ${colour.dim(what.padEnd(8))}  ${names.join(', ')}`),
  ].join('\n');
}
