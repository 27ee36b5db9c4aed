import type { Command } from '@commander-js/extra-typings';
import { daysBetween } from '../../calendar.ts';
import {
  type AccountAnswer,
  accountAnswer,
  type ScoreAnswer,
  shortened,
} from '../../records/api/accounts.ts';
import { accountLog, type LogEntry } from '../../records/api/entries.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { number, percent, unknownBand, valueText } from '../../scorecard/meaning/texts.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { language, withState } from '../options.ts';
import { bandColour, colour, print, printJson, signed, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { words } from '../texts.ts';
import { logLine } from './log-text.ts';

/** `kenko explain`: why an account has its score, and why it changed. */
export function addExplain(kenko: Command): void {
  withState(kenko.command('explain'))
    .description('why an account has its score, and why it changed')
    .argument('<account>', 'account id')
    .addOption(language())
    .action(async (account, { json, lang = 'en', ...options }) => {
      await using(await openExisting(options), async (session) => {
        const path = `/v1/accounts/${encodeURIComponent(account)}`;
        const answer = accountAnswer.parse(await session.get(path));
        if (json) return printJson(answer);
        const { entries } = accountLog.parse(await session.get(`${path}/log`));
        // A pack that maps no fields writes nothing to Salesforce, now or later.
        const mapped = readPackFiles(options.pack).has(`rules/${options.pack}/salesforce.yaml`);
        print([explanationText(answer, lang, mapped), ...logLines(entries, lang)].join('\n'));
      });
    });
}

const shownEntries = 5;

/** The last things that people did and noted. */
function logLines(entries: readonly LogEntry[], lang: Lang): string[] {
  if (entries.length === 0) return [];
  const last = entries.slice(-shownEntries).map((entry) => `  ${logLine(entry, lang)}`);
  return [`${words[lang].log}:`, ...last];
}

function assignmentText({ assignment }: AccountAnswer, lang: Lang): string[] {
  if (!assignment) return [];
  const { team, owner, since, why } = assignment;
  const who = owner === null ? team.label[lang] : `${team.label[lang]} (${owner})`;
  return [`${words[lang].team}: ${who} · ${since} · ${why[lang]}`];
}

/** @param mapped whether the pack shows anything in Salesforce */
export function explanationText(answer: AccountAnswer, lang: Lang, mapped: boolean): string {
  const t = words[lang];
  const phase = answer.phase ? ` · ${t.phase}: ${answer.phase.label[lang]}` : '';
  const { merged_into: other } = answer;
  const gone = other === null ? t.left : t.mergedInto(other);
  const state = answer.state === 'absent' ? ` · ${gone}` : '';
  const named = answer.name === null ? '' : ` (${answer.id})`;
  return [
    `${colour.bold(answer.name ?? answer.id)}${named}${phase}${state} · ${answer.date}`,
    ...assignmentText(answer, lang),
    ...answer.scores.map(
      (score) => `\n${scoreText(score, answer.as_of_date ?? answer.date, lang)}`,
    ),
    ...(mapped ? [crmLine(answer, lang)] : []),
  ].join('\n');
}

function crmLine({ crm }: AccountAnswer, lang: Lang): string {
  const t = words[lang];
  const state = crm
    ? `${t.crmStates[crm.state]}${crm.reason ? `: ${crm.reason}` : ''}`
    : t.notSynced;
  return `\n${t.salesforce}: ${state}`;
}

/** @param day up to which the result holds */
function scoreText(score: ScoreAnswer, day: string, lang: Lang): string {
  const t = words[lang];
  const head = colour.bold(score.label[lang]);
  if (score.points === null && !score.waiting_for_data) {
    const { reason, scorecard } = score;
    return `${head}: ${reason ?? (scorecard ? t.noPoints(scorecard.label[lang]) : t.noScore)}`;
  }
  const index = score.bands.findIndex(({ id }) => id === score.band?.id);
  const paint = index < 0 ? colour.gray : bandColour(index, score.bands.length);
  const card = score.scorecard
    ? ` · ${score.scorecard.label[lang]} ${score.scorecard.version}`
    : '';
  const lines = [
    `${head}: ${paint(`${score.points ?? '–'} ${t.outOf} ${score.scale} ${(score.band ?? unknownBand).label[lang]}`)}${card} · ${t.confidence} ${percent(score.confidence ?? 0, lang)}`,
  ];
  const { override } = score;
  if (override)
    lines.push(t.override(override.band, override.author, override.until, override.reason));
  if (score.cap) lines.push(`${t.capped}: ${score.cap.label[lang]}`);
  if (score.waiting_for_data) {
    const unknown = score.computed_band?.id === unknownBand.id;
    const { waiting_since: known } = score;
    const since = known === null ? t.unclear : t.ago(known, daysBetween(known, day));
    lines.push(colour.yellow(unknown ? t.unknownSince(since) : t.waiting(since, score.stayed)));
  }
  if (score.band_points !== null) lines.push(t.bandPoints(score.band_points));
  if (score.earned !== null && score.factor !== null && score.available !== score.scale) {
    lines.push(t.scaled(score.earned, score.available ?? 0, number(score.factor, lang)));
  }
  if (score.held_by_hysteresis) lines.push(t.steadyByMargin);
  if (score.headline) {
    lines.push(
      `${score.headline.label[lang]}: ${valueText(score.headline.value, score.headline.unit, lang)}`,
    );
  }
  if (score.axes.length > 0) {
    lines.push(
      score.axes.map((a) => `${a.label[lang]} ${a.points} ${t.outOf} ${a.available}`).join(' · '),
    );
  }
  lines.push(measureTable(score, lang));
  if (score.change) lines.push(...changeLines(score.change, lang));
  if (score.reasons[lang].length > 0) {
    lines.push(`${t.because}:`, ...score.reasons[lang].map((reason) => `  ${reason}`));
  }
  const hints = [
    ...new Set(
      score.change?.measures.flatMap(({ hints: h, delta }) => (delta < 0 ? h[lang] : [])) ?? [],
    ),
  ];
  if (hints.length > 0) {
    lines.push(`${t.whatHelps}:`, ...hints.slice(0, 3).map((hint) => `  ${colour.dim(hint)}`));
  }
  if (score.reference.length > 0) {
    lines.push(
      `${t.reference}: ${score.reference.map((r) => `${r.label[lang]} ${valueText(r.value, r.unit, lang)}`).join(', ')}`,
    );
  }
  return lines.join('\n');
}

function measureTable(score: ScoreAnswer, lang: Lang): string {
  const t = words[lang];
  return table(
    [t.measure, t.value, t.earned, ''],
    score.measures.map((measure) => [
      measure.label[lang],
      measure.state === 'ok'
        ? valueText(measure.value, measure.unit, lang)
        : measure.value === null
          ? colour.yellow(t.missing)
          : colour.yellow(
              `${t.missing} (${t.lastKnown} ${valueText(measure.value, measure.unit, lang)})`,
            ),
      measure.earned === null ? '–' : `${measure.earned} / ${measure.available}`,
      measure.hypothesis ? colour.dim(t.hypothesis) : '',
    ]),
  );
}

function changeLines(change: NonNullable<ScoreAnswer['change']>, lang: Lang): string[] {
  const t = words[lang];
  const parts = (['behaviour', 'data', 'phase', 'rules'] as const)
    .filter((part) => change[part] !== 0)
    .map((part) => `${t[part]} ${signed(change[part])}`);
  return [
    `${t.change}: ${signed(change.total)} (${change.since}: ${change.from})${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`,
    ...shortened(change.measures, 8).map((m) =>
      m.cause === 'others'
        ? `  ${signed(m.delta)}  ${m.label[lang]}`
        : `  ${signed(m.delta)}  ${m.label[lang]} ${valueText(m.before, m.unit, lang)} → ${valueText(m.now, m.unit, lang)}`,
    ),
  ];
}
