import { existsSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { scoreOf } from '../../api/names.ts';
import { code, Rejected } from '../../errors.ts';
import { type Recalibration, recalibrate } from '../../evidence/calibrate/recalibrate.ts';
import { fewestForScorecard } from '../../evidence/verdict.ts';
import { judgePast } from '../../own-data/past/past-data.ts';
import { layoutOf } from '../../scorecard/engine/layout.ts';
import type { Score, Scorecard } from '../../scorecard/language/pack/pack.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import {
  checkPeriod,
  dataPlaceOf,
  type OptionsOf,
  positiveInteger,
  withDataPlace,
  withPast,
} from '../options.ts';
import { print, printJson } from '../output.ts';
import { recalibratedText } from './calibrate-text.ts';
import { calibratedCard } from './calibrated-card.ts';
import { measureJson } from './measure-reason.ts';

const command = (evidence: Command) =>
  withPast(withDataPlace(evidence.command('calibrate')))
    .description('steps and points that the outcomes speak for, beside those of today')
    .argument('[folder]', 'folder of the pack', 'rules/saas')
    .option('--scorecard <name>', 'which scorecard; the one with most outcomes without it')
    .option('--seed <n>', 'how accounts are dealt into folds', positiveInteger, 1)
    .option('--write <file>', 'write the proposal as a scorecard')
    .option('--anyway', 'write it although there are too few outcomes');

/** `kenko evidence calibrate [DIR]`: a reviewed, readable proposal from outcomes. */
export function addCalibrate(evidence: Command): void {
  command(evidence).action(calibrate);
}

async function calibrate(folder: string, options: OptionsOf<typeof command>): Promise<void> {
  checkPeriod(options);
  const files = readPackFiles(basename(resolve(folder)), { folder });
  const pack = parsePack(files);
  const score = scoreOf(pack, options.score);
  const past = await judgePast(pack, dataPlaceOf(options), options);
  const judged = past.scores.get(score.id)?.judged ?? [];
  const card = cardOf(
    score,
    options.scorecard ?? mostCommon(judged.map(({ row }) => row.scorecard)),
  );
  const found = recalibrate(score, layoutOf(pack), judged, card.id, options);
  if (options.write !== undefined)
    write(options.write, options.anyway, card, found, files, past.to);
  if (options.json) printJson(jsonOf(pack.id, score, card, found));
  else print(recalibratedText(card, found, options.lang ?? 'en'));
}

function mostCommon(names: readonly (string | null)[]): string | undefined {
  const counts = Map.groupBy(names, (name) => name ?? '');
  return [...counts].sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

function cardOf(score: Score, id: string | undefined): Scorecard {
  const card = score.scorecards.find((one) => one.id === id);
  if (card) return card;
  const names = score.scorecards.map((one) => one.id).join(', ');
  throw new Rejected(
    code.notFound,
    `There is no scorecard "${id ?? ''}"; score ${score.id} has ${names}.`,
  );
}

function write(
  path: string,
  anyway: boolean | undefined,
  card: Scorecard,
  found: Recalibration,
  files: ReadonlyMap<string, string>,
  tunedUntil: string,
): void {
  if (existsSync(path)) {
    throw new Rejected(
      code.conflict,
      `${path} is there already and stays as it is; choose another name.`,
    );
  }
  if (found.measures.length === 0) {
    throw new Rejected(code.invalidData, `${found.verdict.en} So there is nothing to write.`);
  }
  if (found.bad < fewestForScorecard && !anyway) {
    throw new Rejected(
      code.invalidData,
      `Only ${found.bad} accounts ended badly; with fewer than ${fewestForScorecard}, the points would be chance. Write them with --anyway to use them as a hypothesis.`,
    );
  }
  writeFileSync(path, calibratedCard(files.get(card.place.file) ?? '', card, found, tunedUntil));
}

function jsonOf(pack: string, score: Score, card: Scorecard, found: Recalibration) {
  const areaOf = (area: Recalibration['area']) =>
    area && { value: area.value, interval: [area.low, area.high] };
  return {
    pack,
    score: score.id,
    scorecard: card.id,
    accounts: found.accounts,
    bad: found.bad,
    auc_out_of_fold: areaOf(found.area),
    auc_today: areaOf(found.today),
    gain: found.gain,
    measures: found.measures.map(measureJson),
    silent: found.silent,
    alike: found.alike,
    verdict: found.verdict.verdict,
    verdict_text: { en: found.verdict.en, ja: found.verdict.ja },
  };
}
