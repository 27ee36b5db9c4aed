/** What `kenko evidence try` tells, in the order in which people ask. */
import type { Tried } from '../../evidence/try-table.ts';
import type { FlatFile } from '../../own-data/flat-file.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { systemClock } from '../../system-clock.ts';
import { colour, table } from '../output.ts';
import { areaText, rateText } from './figures.ts';
import { measureReason } from './measure-reason.ts';
import type { Written } from './try.ts';

const pairs = {
  read: (file: string, rows: number, encoding: string) =>
    both(`${file}: ${rows} rows, ${encoding}.`, `${file}: ${rows} 行（${encoding}）`),
  accounts: (all: number, left: number, column: string, value: string) =>
    both(
      `${all} accounts, of which ${left} left (${column} is ${value}).`,
      `顧客 ${all} 件、うち解約 ${left} 件（${column} が ${value}）。`,
    ),
  byRow: both(
    'No column tells accounts apart, so every row counts as an account.',
    '顧客を識別する列がないため、1行を1顧客とみなしました。',
  ),
  byAccount: (column: string) =>
    both(`Accounts are told apart by "${column}".`, `顧客は「${column}」で識別しました。`),
  day: (column: string) =>
    both(
      `Rows of one account are told apart by the day in "${column}".`,
      `同じ顧客の行は「${column}」の日付で区別しました。`,
    ),
  dates: (columns: string, latest: string) =>
    both(
      `Dates are read as days before ${latest}, the latest in the file: ${columns}.`,
      `日付は、ファイル内で最も新しい ${latest} から遡った日数として読みました: ${columns}。`,
    ),
  unknown: (n: number) =>
    both(
      `${n} rows are left out, since nobody knows how they ended.`,
      `結果が分からない ${n} 行を除きました。`,
    ),
  totals: (n: number) => both(`${n} rows of totals are left out.`, `合計の ${n} 行を除きました。`),
  apart: (auc: string) =>
    both(
      `AUC on accounts that the scorecard was not made from: ${auc}`,
      `作成に使っていない顧客でのAUC: ${auc}`,
    ),
  later: (auc: string) => both(`AUC on later days, too: ${auc}`, `さらに後の日付でのAUC: ${auc}`),
  own: (auc: string) =>
    both(
      `AUC on its own data, which always looks better: ${auc}`,
      `作成に使ったデータでのAUC（常に良く見えます）: ${auc}`,
    ),
  few: both('too few accounts on either side', '件数が足りません'),
  scorecard: both('The proposed scorecard', '提案するスコアカード'),
  measure: both('measure', '項目'),
  points: both('points', '配点'),
  better: both('better', '良い向き'),
  higher: both('higher', '高いほど'),
  lower: both('lower', '低いほど'),
  why: both('why', '根拠'),
  bands: both(
    'Who left, by score (of accounts that the scorecard was not made from)',
    '点数ごとの解約（作成に使っていない顧客）',
  ),
  from: both('from', '点数'),
  left: both('left', '解約'),
  accountsHead: both('accounts', '顧客'),
  rate: both('share', '割合'),
  calls: (n: number, caught: number, random: string) =>
    both(
      `Calling the ${n} accounts with the lowest scores would have reached ${caught} that left; calling ${n} at random, ${random}.`,
      `点数の低い ${n} 件に連絡すれば、解約した顧客 ${caught} 件に届きました。無作為の ${n} 件なら ${random} 件です。`,
    ),
  leftOut: both('Not scored', '採点しない列'),
  sum: (parts: string) => both(`the sum of ${parts}`, `${parts} の合計`),
  wrote: (pack: string) => both(`The pack ${pack} is written:`, `パック ${pack} を書き出しました:`),
  next: both('Next:', '次の手順:'),
  writeIt: both(
    'To make a pack of it, add --write NAME.',
    'パックにするには --write 名前 を付けてください。',
  ),
  meaning: both(
    'AUC: how often an account that stayed has more points than one that left; 0.5 is chance, 1 is always. In brackets: the range that chance leaves open (95 %).',
    'AUC: 継続した顧客の点数が解約した顧客より高い確率です。0.5 は偶然、1 は完全。括弧内は偶然によるばらつきの範囲（95％）。',
  ),
};

export const tryWords = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };

export function triedText(
  {
    path,
    file,
    tried,
    written,
  }: { path: string; file: FlatFile; tried: Tried; written: Written | null },
  lang: Lang,
): string {
  const t = tryWords[lang];
  const { read, outOfFold, later, own, verdict, calls } = tried;
  return [
    colour.bold(verdict[lang]),
    '',
    t.apart(outOfFold ? areaText(outOfFold) : t.few),
    ...(later ? [t.later(areaText(later))] : []),
    t.own(own ? areaText(own) : t.few),
    colour.dim(t.meaning),
    '',
    ...readLines(path, file, tried, lang),
    '',
    ...(tried.measures.length === 0
      ? []
      : [colour.bold(t.scorecard), measuresTable(tried, lang), '']),
    colour.bold(t.bands),
    table(
      [t.from, t.accountsHead, t.left, t.rate],
      tried.bands.map(({ from, accounts, left, rate }) => [
        from,
        accounts,
        left,
        rate && rateText(rate, lang),
      ]),
    ),
    t.calls(calls.accounts, calls.caught, calls.atRandom.toFixed(1)),
    '',
    colour.bold(t.leftOut),
    ...tried.leftOut.map(({ column, reason }) => `  ${column}: ${reason[lang]}`),
    '',
    ...(written ? writtenLines(written, read.day === null, lang) : [t.writeIt]),
  ].join('\n');
}

export function readLines(
  path: string,
  { records, encoding }: FlatFile,
  tried: Tried,
  lang: Lang,
): string[] {
  const t = tryWords[lang];
  const { outcome, account, day, dates, skipped } = tried.read;
  return [
    t.read(path, records.length, encoding),
    t.accounts(tried.accounts, tried.churned, outcome.column, outcome.leftValue),
    account === null ? t.byRow : t.byAccount(account),
    ...(day === null ? [] : [t.day(day)]),
    ...(dates ? [t.dates(dates.columns.join(', '), dates.latest)] : []),
    ...(skipped.unknown > 0 ? [t.unknown(skipped.unknown)] : []),
    ...(skipped.totals > 0 ? [t.totals(skipped.totals)] : []),
  ];
}

function measuresTable({ measures }: Tried, lang: Lang): string {
  const t = tryWords[lang];
  return table(
    [t.measure, t.points, t.better, t.why],
    measures.map((measure) => {
      const { column, direction, levelBins } = measure.binning;
      const parts = column.sumOf ? ` (${t.sum(column.sumOf.join(', '))})` : '';
      return [
        column.id,
        measure.most,
        levelBins ? null : t[direction],
        `${measureReason(measure)[lang]}${parts}`,
      ];
    }),
  );
}

function writtenLines({ pack, files, data }: Written, undated: boolean, lang: Lang): string[] {
  const t = tryWords[lang];
  // Rows without a day are of today, whatever today is.
  const today = systemClock.now().toISOString().slice(0, 10);
  const asOf = undated ? ` --as-of ${today}T00:00:00Z` : '';
  return [
    t.wrote(pack),
    ...files.map((file) => `  ${file}`),
    `  ${data}`,
    t.next,
    `  npx kenko rules check rules/${pack} --data ${data}${asOf}`,
    `  npm start -- --pack ${pack} --data ${data}${asOf}`,
  ];
}
