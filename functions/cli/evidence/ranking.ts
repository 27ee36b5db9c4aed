import { basename, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { scoreOf } from '../../api/names.ts';
import { code, Rejected } from '../../errors.ts';
import {
  agreementOf,
  drawRanking,
  fewestRanked,
  type Ranked,
} from '../../evidence/gate/ranking.ts';
import { noColumn } from '../../evidence/sheet/read-table.ts';
import { readFlatFile } from '../../own-data/flat-file.ts';
import { scoreOnData } from '../../own-data/rules-data.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import {
  dataPlaceOf,
  language,
  type OptionsOf,
  positiveInteger,
  withDataPlace,
} from '../options.ts';
import { csv, print, printJson } from '../output.ts';
import { areaText } from './figures.ts';

const command = (evidence: Command) =>
  withDataPlace(evidence.command('ranking'))
    .description('accounts for CSMs to rank without seeing the score, and how far both agree')
    .argument('[folder]', 'folder of the pack', 'rules/saas')
    .option('--ranked <file>', 'CSV file that people filled in; without it, one is drawn')
    .option('--draw <n>', 'how many accounts are drawn, of each band alike', positiveInteger, 20)
    .option('--seed <n>', 'which accounts, and in which order', positiveInteger, 1)
    .option('--score <name>', 'which score; the first one without it')
    .addOption(language());

/** `kenko evidence ranking [DIR]`: a blind list, or the agreement of a filled one with the score. */
export function addRanking(evidence: Command): void {
  command(evidence).action(ranking);
}

const columns = ['account_id', 'name', 'rank', 'by'] as const;

async function ranking(folder: string, options: OptionsOf<typeof command>): Promise<void> {
  const pack = parsePack(readPackFiles(basename(resolve(folder)), { folder }));
  const score = scoreOf(pack, options.score);
  const ranked = options.ranked === undefined ? null : readRanking(options.ranked);
  const [scored] = await scoreOnData([pack], dataPlaceOf(options));
  const rows = scored?.rows.get(score.id) ?? [];
  if (!ranked) {
    const known = rows.flatMap(({ account_id: account, band, points }) =>
      points === null || band === null || band === 'unknown' ? [] : [{ account, band }],
    );
    const accounts = drawRanking(known, options.draw, options.seed).map((account) => ({
      account_id: account,
      name: scored?.names.get(account) ?? '',
    }));
    if (options.json) return printJson({ pack: pack.id, score: score.id, accounts });
    return print(csv([columns, ...accounts.map((one) => [one.account_id, one.name, '', ''])]));
  }
  const agreement = agreementOf(ranked, pointsOf(rows));
  if (options.json) return printJson({ pack: pack.id, score: score.id, agreement });
  const t = words[options.lang ?? 'en'];
  print(
    agreement
      ? `${t.agree(agreement.accounts, agreement.rankers, areaText(agreement.kendall))}\n${
          agreement.kendall.low > 0 ? t.alike : t.chance
        }`
      : t.few(fewestRanked),
  );
}

/** By account; those without any are left out. */
export const pointsOf = (
  rows: readonly { account_id: string; points: number | null }[],
): Map<string, number> =>
  new Map(
    rows.flatMap(({ account_id, points }) => (points === null ? [] : [[account_id, points]])),
  );

/**
 * What people filled in; rows without a rank are left out.
 * @throws Rejected where a column is missing or a rank is no number
 */
export function readRanking(path: string): Ranked[] {
  const { header, records } = readFlatFile(path);
  const at = (name: string) => header.findIndex((column) => column.trim() === name);
  for (const name of ['account_id', 'rank']) if (at(name) < 0) throw noColumn(name, header);
  return records.flatMap((record, i): Ranked[] => {
    const cell = (name: string) => (record[at(name)] ?? '').trim();
    if (cell('rank') === '') return [];
    const rank = Number(cell('rank'));
    if (Number.isFinite(rank)) return [{ account: cell('account_id'), rank, by: cell('by') }];
    throw new Rejected(
      code.invalidData,
      `${path}, row ${i + 2}: rank is "${cell('rank')}"; a number is expected, 1 for the account to worry least about.`,
    );
  });
}

const pairs = {
  agree: (accounts: number, rankers: number, tau: string) =>
    both(
      `${rankers} people ranked ${accounts} accounts; Kendall's agreement with the score: ${tau} (1 is the same order, 0 is chance).`,
      `${rankers} 人が ${accounts} 件に順位を付けました。スコアとの一致度（ケンドール）: ${tau}（1 は同じ順序、0 は偶然）。`,
    ),
  alike: both(
    'They agree beyond chance. That says that the score thinks as people do, not that either is right.',
    '偶然を超えて一致しています。スコアが人の見方と同じであることを示し、正しさの証明ではありません。',
  ),
  chance: both(
    'Chance alone could give as much: talk about the accounts on which they differ most.',
    '偶然でも同じ結果になり得ます。順位が大きく違う顧客について話し合ってください。',
  ),
  few: (fewest: number) =>
    both(
      `Too few accounts are ranked: ${fewest} with points are needed, by one person.`,
      `順位の付いた顧客が足りません。1人あたり、点数のある顧客 ${fewest} 件が必要です。`,
    ),
};
const words = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };
