/**
 * What people read: every text is written in both languages side by side, so that neither is
 * forgotten, and what several pages, messages and commands say stands here once.
 */
import type { Label, Lang } from '../language/pack/catalogue.ts';
import type { ShownValue } from './explanation.ts';

export const both = (en: string, ja: string): Label => ({ en, ja });

/** Names and numbers that read the same in both. */
export const plain = (text: string): Label => both(text, text);

/** Texts, sentences with something to fill in, and groups of these. */
type InLanguage<T> = T extends Label
  ? string
  : T extends (...given: infer Given) => Label
    ? (...given: Given) => string
    : { [Key in keyof T]: InLanguage<T[Key]> };

/** The texts as readers of one language see them. */
export function inLanguage<T extends object>(texts: T, lang: Lang): InLanguage<T> {
  const shown = Object.entries(texts).map(([key, text]) => {
    if (typeof text === 'function') {
      const sentence = text as (...given: unknown[]) => Label;
      return [key, (...given: unknown[]) => sentence(...given)[lang]];
    }
    const { [lang]: own } = text as Partial<Label>;
    return [key, own ?? inLanguage(text as object, lang)];
  });
  return Object.fromEntries(shown) as InLanguage<T>;
}

/** The band of a result with too little data: no pack names it. */
export const unknownBand = { id: 'unknown', label: both('Too little data', 'データ不足') } as const;

/** Words of the input contract's judgements; others are shown as they are. */
const words = new Map<string, Label>([
  ['proficiency', both('Proficiency', '習熟度')],
  ['embeddedness', both('Embeddedness', '業務への定着度')],
  ['sponsorship', both('Sponsorship', '決裁者の支持')],
  ['low', both('low', '低い')],
  ['middle', both('middle', '中程度')],
  ['high', both('high', '高い')],
]);

export const wordLabel = (word: string): Label => words.get(word) ?? plain(word);

const formats = { en: formatsOf('en'), ja: formatsOf('ja') };

function formatsOf(lang: Lang) {
  const percent = (maximumFractionDigits: number) =>
    new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits });
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
  return { number, percent: percent(0), finePercent: percent(1) };
}

/** `45%`, and `4.5%`: a tenth says something only where there is little. */
export function percent(share: number, lang: Lang): string {
  const { percent: whole, finePercent } = formats[lang];
  return (Math.abs(share) < 0.1 ? finePercent : whole).format(share);
}

/** With at most two decimals. */
export const number = (value: number, lang: Lang): string => formats[lang].number.format(value);

/** A value with its unit where that is short: shares as per cent, days as days. */
export function valueText(value: ShownValue, unit: string | null, lang: Lang): string {
  if (value === null) return both('none', 'なし')[lang];
  if (typeof value === 'boolean') return (value ? both('yes', 'はい') : both('no', 'いいえ'))[lang];
  if (typeof value === 'string') return wordLabel(value)[lang];
  if (unit === 'ratio') return percent(value, lang);
  const text = number(value, lang);
  return unit === 'days'
    ? both(`${text} ${value === 1 ? 'day' : 'days'}`, `${text}日`)[lang]
    : text;
}
