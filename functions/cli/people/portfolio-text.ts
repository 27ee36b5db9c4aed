import { ageingText, whatToDoAboutAgeing } from '../../evidence/ageing-text.ts';
import { type Mover, portfolioAnswer, type ScorePortfolio } from '../../records/api/portfolio.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { percent, unknownBand } from '../../scorecard/meaning/texts.ts';
import { bandColour, colour, signed, table } from '../output.ts';
import { words } from '../texts.ts';

const barWidth = 30;
const moversShown = 5;

/** Accounts per band, biggest movers with their reasons, state of the sources. */
export async function portfolioText(
  session: { get(path: string): Promise<unknown> },
  lang: Lang,
): Promise<string> {
  const portfolio = portfolioAnswer.parse(await session.get('/v1/portfolio'));
  const t = words[lang];
  const parts = portfolio.scores.map((score) => scoreText(score, lang));
  const late = portfolio.sources.filter(
    ({ state, complete_through: through }) =>
      state === 'provided' &&
      through !== null &&
      portfolio.current !== null &&
      through < portfolio.current.date,
  );
  if (late.length > 0) {
    const named = late.map((source) => `${source.table} (${source.complete_through})`);
    parts.push(colour.yellow(`${t.lateSources}: ${named.join(', ')}`));
  }
  return parts.join('\n\n');
}

function scoreText(score: ScorePortfolio, lang: Lang): string {
  const t = words[lang];
  const all = score.bands.reduce((sum, band) => sum + band.accounts, 0) + score.unknown;
  const line = (label: string, accounts: number, paint: (text: string) => string) => [
    label,
    accounts,
    percent(all === 0 ? 0 : accounts / all, lang),
    paint('█'.repeat(all === 0 ? 0 : Math.round((accounts / all) * barWidth))),
  ];
  const rows = score.bands
    .map((band, index) =>
      line(band.label[lang], band.accounts, bandColour(index, score.bands.length)),
    )
    .reverse();
  if (score.unknown > 0) rows.push(line(unknownBand.label[lang], score.unknown, colour.gray));
  const average = score.average === null ? '' : ` · ${t.average} ${score.average} / ${score.scale}`;
  const movers = [...score.movers.down, ...score.movers.up]
    .sort((a, b) => Math.abs(b.moved) - Math.abs(a.moved))
    .slice(0, moversShown);
  return [
    `${colour.bold(score.label[lang])}${average}`,
    ...(score.aged ? [colour.yellow(agedText(score.aged, lang))] : []),
    table([t.band, t.accounts, '', ''], rows),
    ...(movers.length > 0
      ? [`${t.movers}:`, ...movers.map((mover) => moverText(mover, lang))]
      : []),
  ].join('\n');
}

function agedText(aged: NonNullable<ScorePortfolio['aged']>, lang: Lang): string {
  const said = ageingText({ ...aged, metrics: aged.metrics.map(({ label }) => label) })[lang];
  return `${said} ${whatToDoAboutAgeing[lang]}`;
}

function moverText(mover: Mover, lang: Lang): string {
  const band =
    mover.from_band && mover.band
      ? ` ${mover.from_band.label[lang]} → ${mover.band.label[lang]}`
      : mover.band
        ? ` ${mover.band.label[lang]}`
        : '';
  const reasons = mover.reasons[lang].slice(0, 3).map((reason) => `      ${colour.dim(reason)}`);
  return [
    `  ${signed(mover.moved)}  ${mover.name ?? mover.id} (${mover.id})${band}`,
    ...reasons,
  ].join('\n');
}
