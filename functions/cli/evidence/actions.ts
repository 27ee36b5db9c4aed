import type { Command } from '@commander-js/extra-typings';
import { actionText } from '../../api/entries/entry-texts.ts';
import { scoreOf } from '../../api/names.ts';
import { type ActionEffect, actionEffects, trialOf } from '../../evidence/action-effects.ts';
import { type ActionComparison, compareActions } from '../../evidence/effects/compare-actions.ts';
import { fewestHeld, holdOutOf } from '../../evidence/effects/hold-out.ts';
import { judgePast } from '../../own-data/past/past-data.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { percent } from '../../scorecard/meaning/texts.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { checkPeriod, type OptionsOf, withPast, withState } from '../options.ts';
import { colour, print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { actionsOf } from './logged-actions.ts';
import { recordedLots, sidesOfFile } from './lot.ts';
import { pastWords } from './past-texts.ts';
import { renamed } from './renamed.ts';
import { readings } from './report/sections.ts';

const command = (parent: Command, name: string) =>
  withPast(withState(parent.command(name)))
    .description('what became of accounts with what people did, and without it')
    .option('--data <folder>', 'CSV or Parquet files to look at instead of the data kept there')
    .option('--lot <file>', 'accounts that a lot held back, as `kenko evidence lot` writes them');
type EffectsOptions = OptionsOf<(parent: Command) => ReturnType<typeof command>>;

/** `kenko evidence effects`: what became of accounts with what people did, and without it. */
export function addEffects(evidence: Command): void {
  command(evidence, 'effects').action(showEffects);
}

/** Its old name. */
export function addActions(kenko: Command): void {
  command(kenko, 'actions').action(renamed('evidence effects', showEffects));
}

async function showEffects(options: EffectsOptions): Promise<void> {
  checkPeriod(options);
  const pack = parsePack(readPackFiles(options.pack));
  const score = scoreOf(pack, options.score);
  const { data, state, pack: name } = options;
  const given = options.lot === undefined ? [] : [sidesOfFile(options.lot)];
  // Files are looked at, never taken into the state, which is read when the session lets go of it.
  const { actions, drawn } = await using(
    await openExisting({ state, pack: name }),
    async (session) => ({
      actions: await actionsOf(session, pack.zone),
      drawn: await recordedLots(session, pack.evidence.yearFrom),
    }),
  );
  const lots = given.length > 0 ? given : drawn;
  const past = await judgePast(pack, data === undefined ? { state } : { folder: data }, options);
  const judged = past.scores.get(score.id)?.judged ?? [];
  const effects = actionEffects(score, judged, actions, options);
  const trial = trialOf(score, judged, actions, options);
  const comparisons = compareActions(trial);
  const holdOuts = lots.map(({ signal, sideOf }) => ({
    signal,
    holdOut: holdOutOf(score, judged, sideOf),
  }));
  const { from, to, outcomes } = past;
  const { lead, every } = options;
  if (options.json) {
    const logged = actions.length;
    return printJson({
      pack: pack.id,
      score: score.id,
      from,
      to,
      lead,
      every,
      outcomes,
      logged,
      effects,
      comparisons,
      endedWithin: trial.endedWithin,
      unused: trial.unused,
      ...(given.length > 0 ? { holdOut: holdOuts[0]?.holdOut ?? null } : { holdOuts }),
    });
  }
  const lang = options.lang ?? 'en';
  const t = pastWords[lang];
  print(t.looked(outcomes, from, to, lead));
  for (const { signal, holdOut } of holdOuts) {
    const said = holdOut ? holdOut[lang] : t.smallLot(fewestHeld);
    print(`\n${colour.bold(signal === null ? said : `${signal}: ${said}`)}`);
  }
  if (effects.length === 0) return print(t.noActions);
  print(`\n${effectsText(effects, score.purpose === 'upsell', lang)}`);
  print(`\n${comparisonsText(comparisons, lang)}`);
  if (trial.unused.inHindsight > 0) print(colour.yellow(t.inHindsight(trial.unused.inHindsight)));
  if (lots.length === 0) print(`\n${colour.dim(t.noLots)}`);
}

function comparisonsText(comparisons: readonly ActionComparison[], lang: Lang): string {
  const t = pastWords[lang];
  return table(
    [t.did, t.with, t.without, t.alike, t.says],
    comparisons.map(({ did, acted, others, weighted, reading }) => [
      actionText(did)[lang],
      acted,
      others,
      weighted
        ? `${signed(weighted.value)} (${signed(weighted.low)} … ${signed(weighted.high)})`
        : t.few,
      t[readings[reading]],
    ]),
  );
}

function signed(share: number): string {
  const points = Math.round(100 * share);
  return points < 0 ? `−${-points}` : `+${Math.abs(points)}`;
}

function effectsText(effects: readonly ActionEffect[], upsell: boolean, lang: Lang): string {
  const t = pastWords[lang];
  const shareText = ({ accounts, good }: ActionEffect['with']) =>
    accounts === 0 ? null : `${percent(good / accounts, lang)} (${good} / ${accounts})`;
  const good = upsell ? t.grew : t.stayed;
  return table(
    [t.did, t.band, `${good}: ${t.with}`, t.without, t.difference],
    effects.map(({ did, band, difference, ...of }) => [
      actionText(did)[lang],
      band?.label[lang] ?? t.allBands,
      shareText(of.with),
      shareText(of.without),
      difference
        ? `${signed(difference.value)} (${signed(difference.low)} … ${signed(difference.high)})`
        : t.few,
    ]),
  );
}
