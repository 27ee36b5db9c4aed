import type { Command } from '@commander-js/extra-typings';
import { actionText } from '../../api/entries/entry-texts.ts';
import { scoreOf } from '../../api/names.ts';
import {
  type ActionEffect,
  actionEffects,
  type PastAction,
} from '../../evidence/action-effects.ts';
import { judgePast } from '../../own-data/past-data.ts';
import { interventionList } from '../../records/api/entries.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { percent } from '../../scorecard/meaning/texts.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { checkPeriod, type OptionsOf, withPast, withState } from '../options.ts';
import { colour, print, printJson, table } from '../output.ts';
import { readList } from '../session/http-client.ts';
import { openExisting, using } from '../session/open-session.ts';
import type { Language } from '../texts.ts';
import { pastWords } from './past-texts.ts';

const command = (kenko: Command) =>
  withPast(withState(kenko.command('actions')))
    .description('what became of accounts with what people did, and without it')
    .option('--data <folder>', 'CSV or Parquet files to look at instead of the data kept there');

/** `kenko actions`: what became of accounts with what people did, and without it. */
export function addActions(kenko: Command): void {
  command(kenko).action(actions);
}

async function actions(options: OptionsOf<typeof command>): Promise<void> {
  checkPeriod(options);
  const pack = parsePack(readPackFiles(options.pack));
  const score = scoreOf(pack, options.score);
  const { data, state, pack: name } = options;
  // Files are looked at, never taken into the state, which is read when the session lets go of it.
  const session = await openExisting({ state, pack: name });
  const done: PastAction[] = await using(session, async () => {
    const list = await readList(session, '/v1/interventions', interventionList, { all: true });
    return list.pages.flatMap((page) => page.interventions);
  });
  const past = await judgePast(pack, data === undefined ? { state } : { folder: data }, options);
  const judged = past.scores.get(score.id)?.judged ?? [];
  const effects = actionEffects(score, judged, done, options);
  const { from, to, outcomes } = past;
  const { lead, every } = options;
  if (options.json) {
    const logged = done.length;
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
    });
  }
  const lang = options.lang ?? 'en';
  const t = pastWords[lang];
  print(t.looked(outcomes, from, to, lead));
  if (effects.length === 0) return print(t.noActions);
  print(`\n${effectsText(effects, score.purpose === 'upsell', lang)}`);
  print(`\n${colour.dim(t.noLots)}`);
}

function effectsText(effects: readonly ActionEffect[], upsell: boolean, lang: Language): string {
  const t = pastWords[lang];
  const signed = (share: number) => {
    const points = Math.round(100 * share);
    return points < 0 ? `−${-points}` : `+${Math.abs(points)}`;
  };
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
