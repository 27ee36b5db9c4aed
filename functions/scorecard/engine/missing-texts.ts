/** Sets of missing positions as text, `3,17`: few distinct ones, so each is written once. */
import { wordBits } from './before.ts';

/** Guards against metrics that are missing at random: beyond it texts are made anew. */
const rememberedTexts = 4096;

export function missingTexts(): (words: readonly Int32Array[], row: number) => string {
  const remembered: Map<number, string>[] = [];
  const wordText = (word: number, bits: number): string => {
    const texts = remembered[word] ?? new Map<number, string>();
    remembered[word] = texts;
    const known = texts.get(bits);
    if (known !== undefined) return known;
    const positions: number[] = [];
    for (let bit = 0; bit < wordBits; bit++) {
      if ((bits & (1 << bit)) !== 0) positions.push(word * wordBits + bit);
    }
    const text = positions.join(',');
    if (texts.size < rememberedTexts) texts.set(bits, text);
    return text;
  };
  return (words, row) => {
    let text = '';
    for (let w = 0; w < words.length; w++) {
      const bits = words[w]?.[row] ?? 0;
      if (bits === 0) continue;
      const part = wordText(w, bits);
      text = text === '' ? part : `${text},${part}`;
    }
    return text;
  };
}
