import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { uniqueNames } from '../../evidence/sheet/read-table.ts';
import { type Tried, tryTable } from '../../evidence/try-table.ts';
import { fewestForScorecard } from '../../evidence/verdict.ts';
import { type FlatFile, readFlatFile } from '../../own-data/flat-file.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { repositoryRoot } from '../../wiring/deployed-files.ts';
import { language, type OptionsOf, positiveInteger } from '../options.ts';
import { print, printJson, progressLine } from '../output.ts';
import { refuseName, writeTexts } from '../rules/init.ts';
import { contract, everyPackHas } from '../rules/sheet-file.ts';
import { calibratedPack } from './calibrated-pack.ts';
import { measureJson } from './measure-reason.ts';
import { renderReport } from './report/page.ts';
import { triedSections } from './report/try-sections.ts';
import { readLines, triedText } from './try-text.ts';

const command = (evidence: Command) =>
  evidence
    .command('try')
    .description('from any flat table to a validated scorecard; nothing else is set up')
    .argument('<file>', 'CSV file: UTF-8 or Shift_JIS, with or without an id')
    .requiredOption('--outcome <column>', 'the column that says who left')
    .option(
      '--left <value>',
      'what it holds where an account left; found from usual words without it',
    )
    .option('--keep <column...>', 'columns to score although they would be left out')
    .option('--no-sums', 'offer no sums of columns of one unit')
    .option('--seed <n>', 'how accounts are dealt into folds', positiveInteger, 1)
    .option('--html <file>', 'write it as one page with plots')
    .option('--write <pack>', 'make a pack of it that runs')
    .option('--into <folder>', 'checkout to write into; this one without it')
    .option('--anyway', 'write it although the evidence is too weak')
    .addOption(language())
    .option('--json', 'print one JSON value instead of text');

/** `kenko evidence try FILE`: from any flat table to a validated scorecard, nothing else set up. */
export function addTry(evidence: Command): void {
  command(evidence).action(tryFile);
}

/** What `--write` made. */
export interface Written {
  pack: string;
  files: string[];
  /** Folder of the data that the pack runs on. */
  data: string;
}

async function tryFile(path: string, options: OptionsOf<typeof command>): Promise<void> {
  const root = options.into === undefined ? repositoryRoot() : resolve(options.into);
  if (options.write !== undefined) refuseName(options.write, root);
  const file = readFlatFile(path);
  const progress = progressLine(options.json);
  const tried = tryTable(file.header, file.records, options, (fold, of) =>
    progress.show(`${fold + 1} / ${of}`),
  );
  progress.clear();
  const written =
    options.write === undefined
      ? null
      : write(path, file, tried, root, options.write, options.anyway);
  if (options.html !== undefined) {
    const lang = options.lang ?? 'en';
    const title = basename(path);
    const scores = [{ id: 'try', label: title, sections: triedSections(tried, lang) }];
    const facts = readLines(title, file, tried, lang);
    writeFileSync(options.html, renderReport({ title, facts, scores }, lang));
  }
  if (options.json) printJson(jsonOf(path, file, tried, written));
  else print(triedText({ path, file, tried, written }, options.lang ?? 'en'));
}

function write(
  path: string,
  file: FlatFile,
  tried: Tried,
  root: string,
  pack: string,
  anyway: boolean | undefined,
): Written {
  if (tried.measures.length === 0) {
    throw new Rejected(code.invalidData, `${tried.verdict.en} So there is no scorecard to write.`);
  }
  if (!anyway && (tried.churned < fewestForScorecard || tried.verdict.verdict !== 'predicts')) {
    throw new Rejected(
      code.invalidData,
      tried.churned < fewestForScorecard
        ? `Only ${tried.churned} accounts left; with fewer than ${fewestForScorecard}, the points would be chance. Write the pack with --anyway to use them as a hypothesis.`
        : `${tried.verdict.en} Write the pack with --anyway to use it as a hypothesis.`,
    );
  }
  const folder = join(dirname(resolve(path)), `${pack}-data`);
  if (existsSync(folder)) {
    throw new Rejected(
      code.conflict,
      `${folder} is there already and stays as it is; choose another name, or remove it first.`,
    );
  }
  const { rules, data } = calibratedPack(pack, tried, {
    header: uniqueNames(file.header),
    records: file.records,
    taken: everyPackHas().taken,
  });
  parsePack(new Map([...contract(), ...rules]));
  writeTexts(root, rules);
  writeTexts(folder, data);
  return { pack, files: [...rules.keys()], data: folder };
}

function jsonOf(path: string, file: FlatFile, tried: Tried, written: Written | null) {
  const { read, outOfFold, own, later, verdict } = tried;
  const interval = (area: Tried['own']) => area && [area.low, area.high];
  return {
    file: basename(path),
    encoding: file.encoding,
    rows: read.table.left.length,
    accounts: tried.accounts,
    churned: tried.churned,
    outcome: { column: read.outcome.column, left: read.outcome.leftValue },
    account: read.account,
    day: read.day,
    dates: read.dates,
    skipped: read.skipped,
    auc_out_of_fold: outOfFold?.value ?? null,
    auc_interval: interval(outOfFold),
    auc_own_data: own?.value ?? null,
    auc_later: later && { value: later.value, interval: interval(later) },
    measures: tried.measures.map(measureJson),
    left_out: tried.leftOut.map(({ column, kind, reason }) => ({
      column,
      kind,
      reason: reason.en,
      reason_ja: reason.ja,
    })),
    bands: tried.bands,
    chance_by_points: tried.chance,
    ten_calls: tried.calls,
    verdict: verdict.verdict,
    verdict_text: { en: verdict.en, ja: verdict.ja },
    written,
  };
}
