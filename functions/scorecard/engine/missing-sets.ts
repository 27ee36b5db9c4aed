/** Sets of missing positions: bits of words in columns, `3,17` as text in rows. */

/** Bits of a word of a set of input positions. */
export const wordBits = 30;

export function wordsFor(count: number): number {
  return Math.max(1, Math.ceil(count / wordBits));
}

/** Adds a position to a set. */
export function addTo(set: Int32Array, position: number): void {
  const word = Math.floor(position / wordBits);
  set[word] = (set[word] ?? 0) | (1 << (position % wordBits));
}

/** Distinct texts are few; beyond the limit (metrics missing at random, texts not ours) each is made anew. */
const rememberedTexts = 4096;

/** Texts from sets, each written once. */
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

/** Sets from texts, by slot of today: `positions` says where each slot was then. */
export function missingReader(
  positions: Int32Array,
  words: number,
): (text: string | null) => Int32Array {
  const remembered = new Map<string, Int32Array>();
  const none = new Int32Array(words);
  return (text) => {
    if (text === null || text === '') return none;
    const known = remembered.get(text);
    if (known) return known;
    const then = new Set(text.split(',').map(Number));
    const set = new Int32Array(words);
    for (const [slot, position] of positions.entries()) if (then.has(position)) addTo(set, slot);
    if (remembered.size < rememberedTexts) remembered.set(text, set);
    return set;
  };
}
