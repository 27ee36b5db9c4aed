/** Small pieces that several pages are made of. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Named } from '../../records/api/common.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import type { PageContext } from './context.ts';

/** Which of the seven colours the bands of a scale of two to seven bands take. */
const colours: Record<number, readonly number[]> = {
  2: [1, 5],
  3: [1, 3, 5],
  4: [1, 2, 4, 5],
  5: [1, 2, 3, 4, 5],
  6: [0, 1, 2, 3, 4, 5],
  7: [0, 1, 2, 3, 4, 5, 6],
};

/** The bands of a score, from the lowest up, and what a low one means. */
export interface Scale {
  bands: readonly { id: string }[];
  /** judgement: low is bad, red to green; level: low is only little, pale to strong. */
  tone: 'judgement' | 'level';
}

/** A score's scale; `bands` are those of an older result, where they may differ. */
export function scaleOf(pack: Pack, score: string, bands?: readonly { id: string }[]): Scale {
  const found = pack.scores.find(({ id }) => id === score);
  return {
    bands: bands ?? found?.bands ?? [],
    // Nothing is wrong with an account that does not want more.
    tone: found?.purpose === 'upsell' ? 'level' : 'judgement',
  };
}

/** The class that gives a band its colour: by its place in the scale, never by its name. */
export function bandClass({ bands, tone }: Scale, band: string | null): string {
  const position = bands.findIndex(({ id }) => id === band);
  const colour = colours[bands.length]?.[position];
  if (colour === undefined) return 'cu';
  return tone === 'level' ? `l${colour}` : `c${colour}`;
}

export function bandChip({ lang, text }: PageContext, scale: Scale, band: Named | null): VNode {
  if (!band) return html`<span class="soft">${text.none}</span>`;
  return html`<span class=${`chip ${bandClass(scale, band.id)}`}>
    <i class="dot" aria-hidden="true"></i>${band.label[lang]}
  </span>`;
}

/** A part of a whole as a bar; the numbers stand beside it. */
export function meter(part: number, whole: number, wide = false): VNode {
  const share = whole > 0 ? Math.max(0, Math.min(1, part / whole)) : 0;
  return html`<svg class=${wide ? 'meter wide' : 'meter'} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="6" />
    <rect class="part" width=${(share * 100).toFixed(1)} height="6" />
  </svg>`;
}

export function moved({ format, text }: PageContext, points: number): VNode {
  if (points === 0) return html`<span class="soft">${text.none}</span>`;
  const way = points > 0 ? 'up' : 'down';
  return html`<span class=${way}>${points > 0 ? '▲' : '▼'} ${format.signed(points)}</span>`;
}

const arrows = { rising: '↗', steady: '→', falling: '↘' } as const;

export function trendMark({ text }: PageContext, trend: keyof typeof arrows | null): VNode {
  if (trend === null) return html`<span class="soft">${text.none}</span>`;
  const way = trend === 'rising' ? 'up' : trend === 'falling' ? 'down' : 'soft';
  return html`<span class=${way}><span aria-hidden="true">${arrows[trend]}</span> ${text.trends[trend]}</span>`;
}

/** A form's field that keeps a language chosen by hand. */
export function chosenLanguage({ href }: PageContext): VNode | null {
  const language = new URL(href('/'), 'http://kenko').searchParams.get('lang');
  return language === null ? null : html`<input type="hidden" name="lang" value=${language} />`;
}

/** Facts in one line; those that do not apply are left out. */
export const joined = (facts: readonly (string | false | null | undefined)[]): string =>
  facts.filter(Boolean).join(' · ');

/** What to call an account. */
export const titleOf = (account: { id: string; name: string | null }): string =>
  account.name ? account.name : account.id;
