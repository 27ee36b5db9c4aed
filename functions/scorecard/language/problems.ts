/** What is wrong with a pack, in sentences for the people who write rules. */
import { code, Rejected } from '../../errors.ts';

/** Where something is written. */
export interface Place {
  file: string;
  /** From 1. */
  line: number;
}

export interface Problem extends Place {
  /** Dotted path of the field, e.g. `measures[2].steps`; empty for the file as a whole. */
  field: string;
  /** What is wrong and what would be right, as the end of a sentence that starts with the field. */
  message: string;
}

/** `rules/saas/bands.yaml:4 health[1].from is ...` */
export function sentenceOf({ file, line, field, message }: Problem): string {
  return `${file}:${line} ${field === '' ? '' : `${field} `}${message}`;
}

/** Takes what is wrong with a field, by its path in the document or below a part of it. */
export type Report = (path: readonly PropertyKey[], message: string) => void;

/** What is wrong with a file as a whole. */
export const problemOfFile = (file: string, message: string): Problem => ({
  file,
  line: 1,
  field: '',
  message,
});

/** Reports every text that an earlier one equals; `rule` says why there may be only one. */
export function requireUnique(
  texts: readonly string[],
  rule: string,
  report: Report,
  pathOf: (i: number) => PropertyKey[] = (i) => [i, 'id'],
): void {
  for (const [i, text] of texts.entries()) {
    if (texts.indexOf(text) < i) report(pathOf(i), `is ${text} again: ${rule}`);
  }
}

/** `is x, which is no metric: did you mean y?` */
export function isNone(text: string, what: string, candidates: Iterable<string>): string {
  return `is ${text}, which is ${what}${suggestion(text, candidates)}`;
}

/** What is wrong with a text that names a column which documents of accounts do not hold. */
export function isNoAttribute(text: string, column: string, attributes: readonly string[]): string {
  return `is ${text}, but account.<column> needs a column listed under attributes in pack.yaml${suggestion(column, attributes)}`;
}

/** Rules that cannot be used; `problems` holds all that was found. Code `invalid-rules`. */
export class RulesError extends Rejected {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    const [first] = problems;
    super(code.invalidRules, `${first ? sentenceOf(first) : 'the rules cannot be used'}${more}`);
    this.problems = problems;
  }
}

/** The candidate most like `text`, for "did you mean"; undefined where none is near. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.ceil(text.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(text, candidate, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `: did you mean x?`, or the whole list where it is short, or nothing. */
export function suggestion(text: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const near = nearest(text, all);
  if (near !== undefined) return `: did you mean ${near}?`;
  if (all.length > 0 && all.length <= 12) return `: choose one of ${all.join(', ')}`;
  return '';
}

/** Letters added, left out, replaced or swapped; `limit` where it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > 200) return limit;
  let last: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (last[j - 2] ?? 0) + 1
          : limit;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    last = row;
    row = next;
  }
  return Math.min(row[b.length] ?? limit, limit);
}
