/** Words of the input contract's judgements, as people read them; others are shown as they are. */
import type { Label } from '../language/pack/catalogue.ts';

const words = new Map<string, Label>([
  ['proficiency', { en: 'Proficiency', ja: '習熟度' }],
  ['embeddedness', { en: 'Embeddedness', ja: '業務への定着度' }],
  ['sponsorship', { en: 'Sponsorship', ja: '決裁者の支持' }],
  ['low', { en: 'low', ja: '低い' }],
  ['middle', { en: 'middle', ja: '中程度' }],
  ['high', { en: 'high', ja: '高い' }],
]);

export const wordLabel = (word: string): Label => words.get(word) ?? { en: word, ja: word };
