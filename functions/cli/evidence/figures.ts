/** Figures as people read them: never without their range. */
import type { Estimate } from '../../evidence/intervals.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { percent } from '../../scorecard/meaning/texts.ts';

export function areaText({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

export function rateText({ value, low, high }: Estimate, lang: Lang): string {
  return `${percent(value, lang)} (${percent(low, lang)}–${percent(high, lang)})`;
}
