/**
 * How accounts are found by part of their name: keys that their documents hold, one of which a search
 * looks up. Case, width, and hiragana or katakana make no difference.
 */

/** Of longer names the rest is not searched. */
const mostCharacters = 60;
/** Forms of companies are in many names: a search is looked up by something else where it can. */
const companyForms = /株式会社|有限会社|合同会社|(?:inc|ltd|llc|corp|gmbh|co)$/gu;

/** Characters as they are compared: ＡＢＣ = abc, ｱ = ア = あ. */
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[ァ-ヶ]/gu, (katakana) =>
      String.fromCodePoint(Number(katakana.codePointAt(0)) - 0x60),
    );

/** What is between words; a mark of katakana's long vowel is none. */
const wordsIn = (text: string): string[] => folded(text).match(/[\p{L}\p{N}\p{M}ー]+/gu) ?? [];
const isWide = (text: string): boolean => [...text].every((character) => character > '\u02ff');
const beginning = (text: string): string => `^${text}`;

/** Pieces of a length, each once. */
function piecesOf(characters: readonly string[], length: number): string[] {
  const count = Math.max(0, characters.length - length + 1);
  return Array.from({ length: count }, (_, at) => characters.slice(at, at + length).join(''));
}

/** What of a name is searched, without what is between its words. */
const searched = (name: string): string[] => [...wordsIn(name).join('')].slice(0, mostCharacters);

/**
 * The keys of a name: every three characters of it, every two of writings that say much in two, and
 * how its words begin.
 */
export function searchKeys(name: unknown): string[] {
  if (typeof name !== 'string') return [];
  const words = wordsIn(name);
  const characters = searched(name);
  const beginnings = words.flatMap((word) => {
    const [first = '', second = ''] = [...word];
    return second === '' ? [first] : [first, first + second];
  });
  return [
    ...new Set([
      ...piecesOf(characters, 3),
      ...piecesOf(characters, 2).filter(isWide),
      ...beginnings.map(beginning),
    ]),
  ].sort();
}

/** A search for part of a name. */
export interface NameSearch {
  /** The key that documents of all matches hold. */
  key: string;
  matches(name: string): boolean;
}

/** @returns undefined where a text has nothing that names have, such as `--` */
export function nameSearch(text: string): NameSearch | undefined {
  const wanted = wordsIn(text).join('');
  const characters = [...wanted];
  if (characters.length === 0) return undefined;
  if (characters.length < 3 && !(characters.length === 2 && isWide(wanted))) {
    const matches = (name: string) => wordsIn(name).some((word) => word.startsWith(wanted));
    return { key: beginning(wanted), matches };
  }
  const length = characters.length === 2 ? 2 : 3;
  // The end of what was typed: people go on where the beginning was not enough.
  const telling = wanted.split(companyForms).findLast((part) => [...part].length >= length);
  const key = [...(telling ?? wanted)].slice(-length).join('');
  return { key, matches: (name) => searched(name).join('').includes(wanted) };
}
