/** Short sentences on a score, for people: in lists, messages and CRM fields. */

import type { Label } from '../language/pack/catalogue.ts';
import { pointsOf } from '../language/pack/points.ts';
import type {
  ExplainedMeasure,
  MeasureDelta,
  ScoreExplanation,
  ShownValue,
} from './explanation.ts';
import { wordLabel } from './judgement-words.ts';

export type Lang = 'en' | 'ja';

/**
 * Why the score moved: the biggest deltas first. Where nothing moved, what holds it down most.
 * What the band alone tells (a cap, data that is awaited, too little data) comes first.
 * At most `limit` texts.
 */
export function reasonTexts(
  explanation: ScoreExplanation,
  deltas: readonly MeasureDelta[],
  lang: Lang,
  limit = 3,
): string[] {
  const texts = bandTexts(explanation, lang);
  if (deltas.length > 0) texts.push(...deltas.map((delta) => deltaText(delta, lang)));
  else texts.push(...heldDown(explanation).map((measure) => measureText(measure, lang)));
  return texts.slice(0, limit);
}

/** Another scorecard applies than before: the first thing to know about such a change. */
export function scorecardText(before: Label, now: Label, lang: Lang): string {
  return lang === 'ja'
    ? `スコアカード変更: 「${before.ja}」→「${now.ja}」`
    : `Scorecard changed: ${before.en} → ${now.en}`;
}

/** What says more about the band than any measure. */
function bandTexts(explanation: ScoreExplanation, lang: Lang): string[] {
  const { state, reason, band, cap, confidence } = explanation;
  const ja = lang === 'ja';
  const texts: string[] = [];
  if (state === 'error' && reason !== null) {
    texts.push(ja ? `採点できませんでした（${reason}）` : `Could not be scored: ${reason}`);
  }
  if (band?.id === 'unknown' && state === 'scored') {
    const share = Math.round((confidence ?? 0) * 100);
    texts.push(ja ? `データ不足（${share}%のみ取得）` : `Too little data (${share}% known)`);
  }
  if (cap && band) {
    const limit = band.label[lang];
    texts.push(ja ? `${cap.label.ja}: 「${limit}」まで` : `${cap.label.en}: at most ${limit}`);
  }
  if (explanation.waiting_for_data && band) {
    texts.push(
      ja
        ? `データ待ちのため「${band.label.ja}」を維持`
        : `Stays ${band.label.en} while waiting for data`,
    );
  }
  return texts;
}

function deltaText(delta: MeasureDelta, lang: Lang): string {
  const { label, cause, unit } = delta;
  const name = label[lang];
  const points = signed(delta.delta, lang);
  const value = (shown: ShownValue) => valueText(shown, unit, lang);
  const ja = lang === 'ja';
  switch (cause) {
    case 'behaviour':
      return `${name} ${value(delta.before)} → ${value(delta.now)}: ${points}`;
    case 'data':
      if (delta.now === null) {
        return ja ? `${name} データなし: ${points}` : `${name}: no data now: ${points}`;
      }
      return ja
        ? `${name} データ取得（${value(delta.now)}）: ${points}`
        : `${name}: data came in (${value(delta.now)}): ${points}`;
    case 'rules':
      return ja ? `${name} 採点ルール変更: ${points}` : `${name}: scoring rules changed: ${points}`;
    case 'scaling':
      return ja
        ? `${name} 他項目のデータ有無による配点変更: ${points}`
        : `${name}: weighs differently as other data came or went: ${points}`;
  }
}

/** Measures by what they lack, the most first. */
function heldDown({ measures }: ScoreExplanation): ExplainedMeasure[] {
  const lack = ({ available, earned }: ExplainedMeasure) => available - (earned ?? 0);
  return measures
    .filter((measure) => measure.earned !== null && lack(measure) > 0)
    .sort((a, b) => lack(b) - lack(a));
}

function measureText(measure: ExplainedMeasure, lang: Lang): string {
  const { label, value, unit, state } = measure;
  const earned = number(pointsOf(measure.earned ?? 0), lang);
  const available = number(pointsOf(measure.available), lang);
  if (lang === 'ja') {
    const shown = state === 'missing' ? 'データなし' : valueText(value, unit, lang);
    return `${label.ja} ${shown}: ${available}点中${earned}点`;
  }
  const shown = state === 'missing' ? 'no data' : valueText(value, unit, lang);
  return `${label.en} ${shown}: ${earned} of ${available} points`;
}

/** `−15 points`, `+1 point`, `−15点`. */
function signed(hundredths: number, lang: Lang): string {
  const sign = hundredths < 0 ? '−' : '+';
  const amount = Math.abs(pointsOf(hundredths));
  const text = `${sign}${number(amount, lang)}`;
  if (lang === 'ja') return `${text}点`;
  return `${text} ${amount === 1 ? 'point' : 'points'}`;
}

/** A value with its unit where that is short: shares as per cent, days as days. */
export function valueText(value: ShownValue, unit: string | null, lang: Lang): string {
  const ja = lang === 'ja';
  if (value === null) return ja ? 'なし' : 'none';
  if (typeof value === 'boolean') {
    if (ja) return value ? 'はい' : 'いいえ';
    return value ? 'yes' : 'no';
  }
  if (typeof value === 'string') return wordLabel(value)[lang];
  if (unit === 'ratio' || unit === 'share') return `${number(value * 100, lang)}%`;
  if (unit === 'days') {
    if (ja) return `${number(value, lang)}日`;
    return `${number(value, lang)} ${value === 1 ? 'day' : 'days'}`;
  }
  return number(value, lang);
}

const formats = {
  en: new Intl.NumberFormat('en', { maximumFractionDigits: 2 }),
  ja: new Intl.NumberFormat('ja', { maximumFractionDigits: 2 }),
};

function number(value: number, lang: Lang): string {
  return formats[lang].format(value);
}
